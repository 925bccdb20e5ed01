using Shop.Messaging.Contracts;

namespace Shop.Messaging.Consuming;

/// <summary>
/// What a service does about a message. It adds its SQL to the delivery's batch, which runs after it returned, in one transaction with
/// the inbox; nothing that it adds happens twice. What it does outside the batch may happen again and must bear that.
/// </summary>
public interface IHandle<in T> where T : IContract
{
    /// <summary>Handles one message.</summary>
    /// <exception cref="TransientException">The message should be tried again after a while. So are database, socket and time-out faults.</exception>
    /// <exception cref="PermanentException">The message can never succeed: a dead letter at once. Other exceptions: after five tries.</exception>
    Task HandleAsync(T message, Delivery delivery, CancellationToken cancellationToken);
}
