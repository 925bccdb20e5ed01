using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Consuming;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Payment.Payments;

/// <summary>Tells this process's reconciler that the gateway is to be asked something.</summary>
public sealed class ReconcilerSignal : Signal;

/// <summary>
/// Asks the gateway whatever is still open: what became of charges it did not answer for, that charges of orders called off be voided,
/// that money be given back. Each until there is an answer, less often each time. Replicas share the work; a question asked twice is
/// answered twice the same.
/// </summary>
internal sealed class Reconciler(
    NpgsqlDataSource database, IPaymentGateway gateway, ReconcilerSignal signal, OutboxSignal outbox, IOptions<PaymentOptions> options,
    ILogger<Reconciler> logger) : BackgroundService
{
    private const int Places = 32;
    private const int BatchSize = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    // Takes the questions that are due and puts them off: past the gateway's time-out, so that no replica asks meanwhile, and then twice as
    // long with each attempt. Money that is to go back comes before charges that the gateway did not answer for.
    private const string TakeSql = """
        UPDATE payments SET attempts = attempts + 1, updated_at = now(), ask_at = now() + $2 + least($3 * power(2, least(attempts, 20)), $4)
        WHERE order_id = ANY(ARRAY(
            SELECT order_id FROM payments WHERE ask_at <= now()
            ORDER BY status = 'unknown' AND cancelled_at IS NULL, ask_at LIMIT $1 FOR UPDATE SKIP LOCKED))
        RETURNING order_id, amount, currency, token, reference, reason, cancelled_at IS NOT NULL
        """;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        QuestionsAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = Places, CancellationToken = stoppingToken },
        async (question, cancel) => await AskAsync(question, cancel));

    private async IAsyncEnumerable<Question> QuestionsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var due = await TakeAsync(cancel);
            foreach (var question in due)
                yield return question;
            if (due.Count == 0)
                await signal.WaitAsync(Patience, cancel);
        }
    }

    private async Task<IReadOnlyList<Question>> TakeAsync(CancellationToken cancel)
    {
        var due = new List<Question>(BatchSize);
        try
        {
            await using var take = new NpgsqlCommand(TakeSql);
            take.Parameters.AddWithValue(BatchSize);
            take.Parameters.AddWithValue(options.Value.GatewayTimeout);
            take.Parameters.AddWithValue(options.Value.RetryDelay);
            take.Parameters.AddWithValue(LongestDelay);
            await using var reader = await database.ReadPreparedAsync(take, cancel);
            while (await reader.ReadAsync(cancel))
                due.Add(new(
                    reader.GetGuid(0), new Money(reader.GetDecimal(1), reader.GetString(2)), Text(3), Text(4), Text(5), reader.GetBoolean(6)));

            string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        }
        // Whatever it is: the next look tries again.
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            logger.LogWarning(
                Faults.Classify(exception) is Fault.Transient ? null : exception, "The gateway is not asked now, the database does not answer: {Reason}", exception.Message);
        }
        return due;
    }

    private async Task AskAsync(Question question, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(options.Value.GatewayTimeout);
        try
        {
            var (outcome, log) = await AnswerAsync(question, patience.Token);
            await using (var batch = new NpgsqlBatch { BatchCommands = { outcome } })
            await using (var reader = await database.ReadPreparedAsync(batch, cancel))
            {
                await reader.ToEndAsync(cancel);
                if (reader.RecordsAffected > 0)
                    log();
            }
            outbox.Raise();
            // What turned out to be charged although it is called off is now to be given back.
            signal.Raise();
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            // It is put off already; whatever the reason, this question must not end the others.
            logger.LogWarning(
                Faults.Classify(exception) is Fault.Transient ? null : exception,
                "{Gateway} gave no answer about order {OrderId}, it is asked again: {Reason}", gateway.Name, question.OrderId, exception.Message);
        }
    }

    /// <summary>The command that records the answer, and what says so in the log when it has.</summary>
    private async Task<(NpgsqlBatchCommand Outcome, Action Log)> AnswerAsync(Question question, CancellationToken cancel)
    {
        if (question.Reference is { } reference)
        {
            var refund = new RefundRequest(question.OrderId, question.Amount, reference);
            var answer = await gateway.RefundAsync(refund, cancel);
            if (answer is RefundRefused refused)
                logger.LogError("{Gateway} does not refund order {OrderId}: {Reason}", gateway.Name, question.OrderId, refused.Reason);
            var recorded = Settlement.Of(refund, question.Reason ?? "", gateway.Name, answer);
            return (recorded, answer is Refunded ? () => logger.Refunded(gateway.Name, question.OrderId) : () => { });
        }
        var charge = new ChargeRequest(question.OrderId, question.Amount, question.Token ?? "");
        var charged = question.Cancelled ? await gateway.VoidAsync(charge, cancel) : await gateway.ChargeAsync(charge, cancel);
        return (Settlement.Of(question.OrderId, question.Amount, gateway.Name, charged), () => logger.Settled(gateway.Name, question.OrderId, charged));
    }

    /// <summary>With a reference it is about a refund; else about the charge, which is to be voided when the order is called off.</summary>
    private sealed record Question(Guid OrderId, Money Amount, string? Token, string? Reference, string? Reason, bool Cancelled);
}
