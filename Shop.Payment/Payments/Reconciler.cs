using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Consuming;
using Shop.Messaging.Database;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Payment.Payments;

/// <summary>Wakes this process's <see cref="Reconciler"/>.</summary>
public sealed class ReconcilerSignal : AsyncAutoResetEvent
{
    private const string AskNowSql = "UPDATE payments SET ask_at = now() WHERE order_id = $1 AND status IN ('unknown', 'refunding')";

    /// <summary>Has the gateway asked at once about an order that it has news of.</summary>
    internal async Task AskNowAsync(NpgsqlDataSource database, Guid orderId, CancellationToken cancellationToken)
    {
        if (await database.ExecutePreparedAsync(AskNowSql, [orderId], cancellationToken) > 0)
            Set();
    }
}

/// <summary>
/// Asks the gateway whatever is open: the outcome of charges that it did not answer for, the voiding of charges of cancelled orders, refunds. Each is asked
/// until there is an answer, less often each time. Replicas share the work; a question asked twice gets the same answer twice.
/// </summary>
internal sealed class Reconciler(
    NpgsqlDataSource database, Transactions transactions, IPaymentGateway gateway, ReconcilerSignal signal, IOptions<PaymentOptions> options,
    ILogger<Reconciler> logger) : RepeatingService("Reconciling with the gateway", logger)
{
    private const int MostAtOnce = 32;
    private const int BatchSize = 8;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    // Takes the questions that are due and postpones them: past the gateway's time-out, so that no replica asks meanwhile, and then twice as
    // long with each attempt. Money that is to be given back comes before charges that the gateway did not answer for.
    private const string TakeSql = """
        UPDATE payments SET attempts = attempts + 1, updated_at = now(), ask_at = now() + $2 + least($3 * power(2, least(attempts, 20)), $4)
        WHERE order_id = ANY(ARRAY(
            SELECT order_id FROM payments WHERE ask_at <= now()
            ORDER BY status = 'unknown' AND cancelled_at IS NULL, ask_at LIMIT $1 FOR UPDATE SKIP LOCKED))
        RETURNING order_id, amount, currency, token, reference, reason, cancelled_at IS NOT NULL
        """;

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        await Parallel.ForEachAsync(
            QuestionsAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = stoppingToken },
            async (question, cancellationToken) => await AskAsync(question, cancellationToken));
        return TimeSpan.Zero;
    }

    private async IAsyncEnumerable<Question> QuestionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var due = await TakeAsync(cancellationToken);
            foreach (var question in due)
                yield return question;
            if (due.Count == 0)
                await signal.WaitAsync(PollInterval, cancellationToken);
        }
    }

    private async Task<List<Question>> TakeAsync(CancellationToken cancellationToken)
    {
        var due = new List<Question>(BatchSize);
        await using var rows = await database.ReadPreparedAsync(
            TakeSql, [BatchSize, options.Value.GatewayTimeout, options.Value.RetryDelay, LongestDelay], cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            due.Add(new(rows.GetGuid(0), new Money(rows.GetDecimal(1), rows.GetString(2)), Text(3), Text(4), Text(5), rows.GetBoolean(6)));
        return due;

        string? Text(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
    }

    private async Task AskAsync(Question question, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.GatewayTimeout);
        try
        {
            var work = transactions.Begin();
            var (recorded, log) = await AnswerAsync(question, work, timeout.Token);
            await work.CommitAsync(cancellationToken);
            if (recorded.RowsAffected > 0)
                log();
            // What turned out to be charged although it is cancelled is to be refunded now.
            signal.Set();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It is postponed already. Whatever the reason, one question must not end the others.
            logger.LogWarning(
                Failures.Classify(exception) is FailureKind.Transient ? null : exception,
                "{Gateway} gave no answer about order {OrderId}, it is asked again: {Reason}", gateway.Name, question.OrderId, exception.Message);
        }
    }

    /// <summary>Asks, and adds the statement that records the answer; with what the log is to say of it.</summary>
    private async Task<(Statement Recorded, Action Log)> AnswerAsync(Question question, UnitOfWork work, CancellationToken cancellationToken)
    {
        if (question.Reference is { } reference)
        {
            var refund = new RefundRequest(question.OrderId, question.Amount, reference);
            var answer = await gateway.RefundAsync(refund, cancellationToken);
            if (answer is RefundRefused refused)
                logger.LogError("{Gateway} does not refund order {OrderId}: {Reason}", gateway.Name, question.OrderId, refused.Reason);
            var recorded = GatewayAnswers.Record(work, refund, question.Reason ?? "", gateway.Name, answer);
            return (recorded, answer is Refunded ? () => logger.Refunded(gateway.Name, question.OrderId) : () => { });
        }
        var charge = new ChargeRequest(question.OrderId, question.Amount, question.Token ?? "");
        var charged = question.Cancelled ? await gateway.VoidAsync(charge, cancellationToken) : await gateway.ChargeAsync(charge, cancellationToken);
        return (
            GatewayAnswers.Record(work, question.OrderId, question.Amount, gateway.Name, charged),
            () => logger.Settled(gateway.Name, question.OrderId, charged));
    }

    /// <summary>With a reference it is about a refund, otherwise about the charge, which is to be voided when the order is cancelled.</summary>
    private sealed record Question(Guid OrderId, Money Amount, string? Token, string? Reference, string? Reason, bool Cancelled);
}
