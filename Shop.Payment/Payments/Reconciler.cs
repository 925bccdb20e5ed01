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
    private const string AskNowSql = """
        WITH refund AS (UPDATE refunds SET ask_at = now() WHERE order_id = $1 AND status = 'asked' RETURNING 1),
        charge AS (UPDATE payments SET ask_at = now() WHERE order_id = $1 AND (status = 'unknown') IS TRUE RETURNING 1)
        SELECT FROM refund UNION ALL SELECT FROM charge
        """;

    /// <summary>Has the gateway asked at once about an order that it has news of.</summary>
    internal async Task AskNowAsync(NpgsqlDataSource database, Guid orderId, CancellationToken cancellationToken)
    {
        await using var open = await database.ReadPreparedAsync(AskNowSql, [orderId], cancellationToken);
        if (await open.ReadAsync(cancellationToken))
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

    // Take the questions that are due and postpone them: past the gateway's time-out, so that no replica asks meanwhile, and then twice as long with each
    // attempt. Each is a call in the ledger.
    private const string Postponed = "now() + $2 + least($3 * power(2, least(attempts, 20)), $4)";

    // Charges that are to be voided come before those that the gateway did not answer for.
    private const string TakeChargesSql = $"""
        WITH taken AS (
            UPDATE payments SET attempts = attempts + 1, updated_at = now(), ask_at = {Postponed}
            WHERE order_id = ANY(ARRAY(
                SELECT order_id FROM payments WHERE ask_at <= now()
                ORDER BY status = 'unknown' AND cancelled_at IS NULL, ask_at LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING order_id, amount, currency, token, cancelled_at IS NOT NULL AS cancelled, gen_random_uuid() AS call),
        called AS (
            INSERT INTO gateway_calls (id, order_id, kind, amount, at) SELECT call, order_id, CASE WHEN cancelled THEN 'void' ELSE 'charge' END, amount, now() FROM taken)
        SELECT call, order_id, amount, currency, token, cancelled FROM taken
        """;

    private const string TakeRefundsSql = $"""
        WITH taken AS (
            UPDATE refunds SET attempts = attempts + 1, ask_at = {Postponed}
            WHERE id = ANY(ARRAY(SELECT id FROM refunds WHERE ask_at <= now() ORDER BY ask_at LIMIT $1 FOR UPDATE SKIP LOCKED))
            RETURNING id, order_id, amount, gen_random_uuid() AS call),
        called AS (
            INSERT INTO gateway_calls (id, order_id, kind, amount, at) SELECT call, order_id, 'refund', amount, now() FROM taken)
        SELECT t.call, t.order_id, t.amount, p.currency, t.id, t.amount = p.amount, p.reference FROM taken t JOIN payments p ON p.order_id = t.order_id
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

    // Money that is to be given back comes before charges that the gateway did not answer for.
    private async Task<List<Question>> TakeAsync(CancellationToken cancellationToken)
    {
        var due = new List<Question>(2 * BatchSize);
        await using (var rows = await TakeAsync(TakeRefundsSql, cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                due.Add(new RefundQuestion(rows.GetGuid(0), new(rows.GetGuid(4), rows.GetGuid(1), Amount(rows), rows.GetBoolean(5), rows.GetString(6))));
        }
        await using (var rows = await TakeAsync(TakeChargesSql, cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                due.Add(new ChargeQuestion(rows.GetGuid(0), new(rows.GetGuid(1), Amount(rows), rows.IsDBNull(4) ? "" : rows.GetString(4)), rows.GetBoolean(5)));
        }
        return due;

        static Money Amount(NpgsqlDataReader rows) => new(rows.GetDecimal(2), rows.GetString(3));
    }

    private Task<NpgsqlDataReader> TakeAsync(string sql, CancellationToken cancellationToken) =>
        database.ReadPreparedAsync(sql, [BatchSize, options.Value.GatewayTimeout, options.Value.RetryDelay, LongestDelay], cancellationToken);

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
        switch (question)
        {
            case RefundQuestion { Refund: var refund }:
                var answer = await gateway.RefundAsync(refund, cancellationToken);
                if (answer is RefundRefused refused)
                    logger.LogError("{Gateway} does not refund order {OrderId}: {Reason}", gateway.Name, refund.OrderId, refused.Reason);
                var recorded = GatewayAnswers.Record(work, question.Call, refund, answer);
                return (recorded, answer is Refunded ? () => logger.Refunded(gateway.Name, refund.OrderId) : () => { });
            case ChargeQuestion { Charge: var charge, Cancelled: var cancelled }:
                var charged = cancelled ? await gateway.VoidAsync(charge, cancellationToken) : await gateway.ChargeAsync(charge, cancellationToken);
                return (
                    GatewayAnswers.Record(work, question.Call, charge.OrderId, charge.Amount, gateway.Name, charged),
                    () => logger.Settled(gateway.Name, charge.OrderId, charged));
            default:
                throw new ArgumentOutOfRangeException(nameof(question), question, null);
        }
    }

    /// <summary>What the gateway is to be asked.</summary>
    /// <param name="Call">The call in the ledger.</param>
    /// <param name="OrderId">The order.</param>
    private abstract record Question(Guid Call, Guid OrderId);

    /// <summary>To charge, or never to charge where the order is cancelled.</summary>
    private sealed record ChargeQuestion(Guid Call, ChargeRequest Charge, bool Cancelled) : Question(Call, Charge.OrderId);

    /// <summary>To give money back.</summary>
    private sealed record RefundQuestion(Guid Call, RefundRequest Refund) : Question(Call, Refund.OrderId);
}
