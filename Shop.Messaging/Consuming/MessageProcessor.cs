using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Messaging.Database;
using Shop.Messaging.DeadLetters;
using Shop.Messaging.Inbox;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.Consuming;

/// <summary>Brings one message to its end: handled, or a dead letter.</summary>
internal sealed class MessageProcessor(
    Transactions transactions, IServiceScopeFactory scopes, StuckMessages stuck, ILogger<MessageProcessor> logger)
{
    private const int LargestBody = 1024 * 1024;
    private const int TriesOfUnknownFailures = 5;
    private const int TriesBeforeStuck = 2;

    /// <summary>Handles a message, as often as it takes; one that never can be handled goes to the dead letters.</summary>
    /// <param name="subscription">The queue's subscription.</param>
    /// <param name="channel">Where it came from.</param>
    /// <param name="message">The message.</param>
    /// <param name="stopping">Begin no further try.</param>
    /// <param name="giveUp">Give up the current try.</param>
    /// <exception cref="OperationCanceledException">Told to give up: the message is as it was.</exception>
    public async Task ReceiveAsync(
        Subscription subscription, IChannel channel, BasicDeliverEventArgs message, CancellationToken stopping, CancellationToken giveUp)
    {
        using var span = MessagingTelemetry.StartProcess(subscription.Queue, message.BasicProperties);
        if (await HandleAsync(subscription, message, stopping, giveUp) is { } reason)
        {
            span?.SetStatus(ActivityStatusCode.Error, reason);
            await DeadLetterPublisher.PublishAsync(channel, subscription.Queue, message, reason, giveUp);
        }
        else
        {
            MessagingTelemetry.Handled.Add(1, new KeyValuePair<string, object?>("queue", subscription.Queue));
        }
    }

    /// <summary>Null when it has been handled, now or before; otherwise the reason why it never can be.</summary>
    private async Task<string?> HandleAsync(
        Subscription subscription, BasicDeliverEventArgs message, CancellationToken stopping, CancellationToken giveUp)
    {
        if (message.Body.Length > LargestBody)
            return $"The body is larger than {LargestBody} bytes.";
        if (!Guid.TryParse(message.BasicProperties.MessageId, out var messageId))
            return "The message has no id that is a UUID.";
        if (message.BasicProperties.Type is not { } type || !subscription.Handlers.TryGetValue(type, out var handler))
            return $"No handler for the type '{message.BasicProperties.Type}'.";

        var isStuck = false;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await TryAsync(subscription.Queue, handler, messageId, attempt, message.Body, giveUp);
                    return null;
                }
                catch (Exception exception) when (!giveUp.IsCancellationRequested)
                {
                    var failure = Failures.Classify(exception);
                    if (failure is FailureKind.Permanent || (failure is FailureKind.Unknown && attempt >= TriesOfUnknownFailures))
                    {
                        logger.LogError(exception, "Message {MessageId} of {Type} cannot be handled", messageId, type);
                        return $"{exception.GetType().Name}: {exception.Message}";
                    }
                    if (failure is FailureKind.Transient && attempt >= TriesBeforeStuck && !isStuck)
                    {
                        isStuck = true;
                        stuck.Add(subscription.Queue);
                    }
                    MessagingTelemetry.Retried.Add(1, new KeyValuePair<string, object?>("queue", subscription.Queue));
                    logger.LogWarning(
                        failure is FailureKind.Unknown ? exception : null,
                        "Try {Attempt} at message {MessageId} of {Type} failed, another follows: {Reason}", attempt, messageId, type, exception.Message);
                }
                await Task.Delay(Backoff.After(attempt), stopping);
            }
        }
        finally
        {
            if (isStuck)
                stuck.Remove(subscription.Queue);
        }
    }

    private async Task TryAsync(
        string queue, Handler handler, Guid messageId, int attempt, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var work = transactions.Begin($"{queue} {messageId}");
        // First: of a message that was handled before it fails, and takes the rest of the work with it.
        work.Execute(InboxRow.InsertSql, queue, messageId);
        await using var scope = scopes.CreateAsyncScope();
        await handler(scope.ServiceProvider, body, new Delivery(messageId, attempt, work), cancellationToken);
        try
        {
            await work.CommitAsync(cancellationToken);
        }
        catch (PostgresException exception) when (Failures.Classify(exception) is FailureKind.AlreadyHandled)
        {
            work.Committed();
        }
    }
}
