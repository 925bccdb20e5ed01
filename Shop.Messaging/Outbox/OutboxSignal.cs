using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.Outbox;

/// <summary>Tells this process's relay that a transaction with events in it has committed.</summary>
public sealed class OutboxSignal : AsyncAutoResetEvent;
