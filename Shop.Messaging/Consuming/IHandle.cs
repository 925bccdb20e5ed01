using Shop.Messaging.Contracts;

namespace Shop.Messaging.Consuming;

/// <summary>
/// What a service does about a message. The handler adds statements to the delivery's unit of work, which is committed with the inbox after it returned:
/// none of that happens twice. Anything else it does may be repeated and must bear that.
/// </summary>
public interface IHandle<in T> where T : IContract
{
    /// <summary>Handles one message.</summary>
    /// <exception cref="ServiceDefaults.Errors.UnavailableException">The message is tried again until it works, as after database, socket and time-out failures.</exception>
    /// <exception cref="PermanentException">The message can never succeed: a dead letter at once. Other exceptions: after five tries.</exception>
    Task HandleAsync(T message, Delivery delivery, CancellationToken cancellationToken);
}
