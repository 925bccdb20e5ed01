namespace Shop.Messaging.Contracts;

/// <summary>
/// A message that crosses the border between services. Fields may be added (with a default), never renamed or repurposed:
/// a change of meaning is a new record with a new version in its name.
/// </summary>
public interface IContract
{
    /// <summary>The name on the wire, version included: the message's type and its routing key.</summary>
    static abstract string Name { get; }
}
