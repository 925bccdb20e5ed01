using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Broker;
using Shop.Messaging.Database;
using Shop.Messaging.DeadLetters;
using Shop.Messaging.Outbox;

namespace Shop.Messaging.Consuming;

/// <summary>Brings one message to its end: handled, or found to be one that cannot be.</summary>
internal sealed class MessageProcessor(
    NpgsqlDataSource database, GroupCommit transactions, IServiceScopeFactory scopes, OutboxSignal signal, Troubles troubles, ILogger<MessageProcessor> logger)
{
    private const int LargestBody = 1024 * 1024;
    private const int TriesOfUnknownFaults = 5;
    private const int TriesBeforeTrouble = 2;

    /// <summary>Handles a message, as often as it takes; one that never can be goes to the dead letters.</summary>
    /// <param name="subscription">Whose message it is.</param>
    /// <param name="channel">Where it came from.</param>
    /// <param name="message">The message.</param>
    /// <param name="ending">Begin no further try.</param>
    /// <param name="giveUp">Give up the try in hand.</param>
    /// <exception cref="OperationCanceledException">Told to give up: the message is as it was.</exception>
    public async Task ReceiveAsync(
        Subscription subscription, IChannel channel, BasicDeliverEventArgs message, CancellationToken ending, CancellationToken giveUp)
    {
        using var span = MessagingTelemetry.StartProcess(subscription.Queue, message.BasicProperties);
        if (await HandleAsync(subscription, message, ending, giveUp) is { } reason)
        {
            span?.SetStatus(ActivityStatusCode.Error, reason);
            await Aside.PutAsync(channel, subscription.Queue, message, reason, giveUp);
        }
        else
        {
            MessagingTelemetry.Handled.Add(1, new KeyValuePair<string, object?>("queue", subscription.Queue));
        }
    }

    /// <summary>Null when it has been handled, now or before; else the reason why it never can be.</summary>
    private async Task<string?> HandleAsync(
        Subscription subscription, BasicDeliverEventArgs message, CancellationToken ending, CancellationToken giveUp)
    {
        if (message.Body.Length > LargestBody)
            return $"The body is larger than {LargestBody} bytes.";
        if (!Guid.TryParse(message.BasicProperties.MessageId, out var messageId))
            return "The message has no id that is a UUID.";
        if (message.BasicProperties.Type is not { } type || !subscription.Handlers.TryGetValue(type, out var handler))
            return $"No handler for the type '{message.BasicProperties.Type}'.";

        using var trouble = new Trouble(troubles, subscription.Queue);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TryAsync(handler, new Delivery(subscription.Queue, messageId, attempt), message.Body, giveUp);
                return null;
            }
            catch (Exception exception) when (!giveUp.IsCancellationRequested)
            {
                var fault = Faults.Classify(exception);
                if (fault is Fault.AlreadyHandled)
                    return null;
                if (fault is Fault.Permanent || (fault is Fault.Unknown && attempt >= TriesOfUnknownFaults))
                {
                    logger.LogError(exception, "Message {MessageId} of {Type} cannot be handled", messageId, type);
                    return $"{exception.GetType().Name}: {exception.Message}";
                }
                if (fault is Fault.Transient && attempt >= TriesBeforeTrouble)
                    trouble.Begin();
                MessagingTelemetry.Retried.Add(1, new KeyValuePair<string, object?>("queue", subscription.Queue));
                logger.LogWarning(
                    fault is Fault.Unknown ? exception : null,
                    "Try {Attempt} at message {MessageId} of {Type} failed, another follows: {Reason}", attempt, messageId, type, exception.Message);
            }
            await Task.Delay(Backoff.After(attempt), ending);
        }
    }

    private async Task TryAsync(Handler handler, Delivery delivery, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await handler(scope.ServiceProvider, body, delivery, cancellationToken);
        IReadOnlyList<int> affected;
        try
        {
            affected = await CommitAsync(delivery, cancellationToken);
        }
        catch (PostgresException exception) when (Faults.Classify(exception) is Fault.AlreadyHandled)
        {
            delivery.Committed([]);
            throw;
        }
        if (delivery.Commands.Any(OutboxWriter.Writes))
            signal.Raise();
        delivery.Committed(affected);
    }

    /// <summary>Returns how many rows each command has affected.</summary>
    private async Task<IReadOnlyList<int>> CommitAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (!delivery.OwnTransaction)
            return await transactions.RunAsync(delivery.Commands, cancellationToken);
        await using var batch = new NpgsqlBatch();
        foreach (var command in delivery.Commands)
            batch.BatchCommands.Add(command);
        await using (var reader = await database.ReadPreparedAsync(batch, cancellationToken))
            await reader.ToEndAsync(cancellationToken);
        return [.. delivery.Commands.Select(command => command.RecordsAffected)];
    }
}
