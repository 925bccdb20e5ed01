using Shop.Messaging.Database;

namespace Shop.Messaging.Consuming;

/// <summary>One try at handling a message.</summary>
/// <param name="MessageId">The id that its sender gave it, the same at each delivery.</param>
/// <param name="Attempt">1 at the first try, counted by this process.</param>
/// <param name="Work">What the message changes; committed, with its entry in the inbox, when the handler has returned.</param>
public sealed record Delivery(Guid MessageId, int Attempt, UnitOfWork Work);
