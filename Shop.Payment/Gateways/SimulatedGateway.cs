using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Errors;

namespace Shop.Payment.Gateways;

/// <summary>
/// A gateway that moves no money. Its answer depends on the token alone, and is kept in a ledger, one row for each order: however often it is called, by any
/// replica and after any crash, an order is charged once.
/// </summary>
public sealed class SimulatedGateway(NpgsqlDataSource database, Transactions transactions, SimulatedBank bank, IOptions<SimulatedGatewayOptions> options)
    : IPaymentGateway
{
    private const string ChargeSql = """
        INSERT INTO gateway.charges (order_id, amount, currency, reference, reason, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (order_id) DO NOTHING
        """;

    private const string ChargedBeforeSql = """
        UPDATE gateway.charges SET calls = calls + 1 WHERE order_id = $1 RETURNING reference, reason, at, calls
        """;

    // The row that a charge would write, as a refusal: the first of the two wins.
    private const string VoidSql = $"""
        INSERT INTO gateway.charges (order_id, amount, currency, reason, calls) VALUES ($1, $2, $3, '{Declined.Voided}', 0)
        ON CONFLICT (order_id) DO UPDATE SET calls = charges.calls
        RETURNING reference, reason, at
        """;

    // A refund that is known is given the same answer; a new one is entered if so much is left of the charge, whose row stands in the way of others. Of
    // two calls with one key in the same moment the second is refused by the key, and asked again.
    private const string RefundSql = """
        WITH known AS (SELECT at FROM gateway.refunds WHERE id = $1),
        charge AS (
            UPDATE gateway.charges SET refund_calls = refund_calls + 1,
                refunded = refunded + CASE WHEN EXISTS (SELECT FROM known) THEN 0 ELSE $4 END, refunded_at = coalesce((SELECT at FROM known), now())
            WHERE order_id = $2 AND reference = $3 AND currency = $5 AND (refunded + $4 <= amount OR EXISTS (SELECT FROM known))
            RETURNING order_id),
        entered AS (
            INSERT INTO gateway.refunds (id, order_id, amount) SELECT $1, order_id, $4 FROM charge WHERE NOT EXISTS (SELECT FROM known) RETURNING at)
        SELECT at FROM known UNION ALL SELECT at FROM entered
        """;

    /// <summary>How many answers for <c>tok_flaky</c> are lost on their way back; the charge itself is made at the first call.</summary>
    private const int LostAnswers = 2;

    /// <inheritdoc />
    public string Name => "simulated";

    /// <inheritdoc />
    public async Task<ChargeAnswer> ChargeAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        if (request.Token == "tok_timeout")
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        await OnItsWayAsync(cancellationToken);

        if (request.Token == "tok_3ds")
            return await AskBankAsync(request, cancellationToken);
        var (answer, calls) = await EnterAsync(request, RefusalOf(request.Token), cancellationToken);
        if (request.Token == "tok_flaky" && calls <= LostAnswers)
            throw Lost();
        OnItsWayBack();
        return answer;
    }

    /// <inheritdoc />
    public async Task<ChargeAnswer> VoidAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        await OnItsWayAsync(cancellationToken);
        await using var ledger = await database.ReadPreparedAsync(VoidSql, [request.OrderId, request.Amount.Amount, request.Amount.Currency], cancellationToken);
        await ledger.ReadAsync(cancellationToken);
        var answer = Answer(ledger);
        await UntilCommittedAsync(ledger, cancellationToken);
        OnItsWayBack();
        return answer;
    }

    /// <inheritdoc />
    public async Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken)
    {
        await OnItsWayAsync(cancellationToken);
        await using var ledger = await database.ReadPreparedAsync(
            RefundSql, [request.Id, request.OrderId, request.Reference, request.Amount.Amount, request.Amount.Currency], cancellationToken);
        if (!await ledger.ReadAsync(cancellationToken))
            return new RefundRefused("unknown_charge_or_not_enough_left", DateTimeOffset.UtcNow);
        var answer = new Refunded(ledger.GetFieldValue<DateTimeOffset>(0));
        await UntilCommittedAsync(ledger, cancellationToken);
        OnItsWayBack();
        return answer;
    }

    /// <summary>What the customer has answered their bank is entered; a charge that was voided meanwhile stays voided.</summary>
    private async Task<ChargeAnswer> AskBankAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        var (page, approved, at) = await bank.AskAsync(request, cancellationToken);
        var answer = approved is { } yes
            ? (await EnterAsync(request, yes ? null : "authentication_failed", cancellationToken)).Answer
            : await FindAsync(request.OrderId, cancellationToken) ?? new ActionRequired(page, at);
        OnItsWayBack();
        return answer;
    }

    /// <summary>What the ledger says of the order; null: nothing.</summary>
    private async Task<ChargeAnswer?> FindAsync(Guid order, CancellationToken cancellationToken)
    {
        await using var ledger = await database.ReadPreparedAsync("SELECT reference, reason, at FROM gateway.charges WHERE order_id = $1", [order], cancellationToken);
        return await ledger.ReadAsync(cancellationToken) ? Answer(ledger) : null;
    }

    /// <summary>The row is sent before the commit, which is complete only now.</summary>
    private static Task<bool> UntilCommittedAsync(NpgsqlDataReader ledger, CancellationToken cancellationToken) => ledger.NextResultAsync(cancellationToken);

    /// <summary>Enters the charge into the ledger, or finds it there; returns its answer and how often it was asked for.</summary>
    private async Task<(ChargeAnswer Answer, int Calls)> EnterAsync(ChargeRequest request, string? refusal, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow;
        // Microseconds, as the ledger stores.
        ChargeAnswer answer = refusal is not null
            ? new Declined(refusal, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)))
            : new Charged($"sim_{request.OrderId:N}", now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));
        // Charges that come together share a commit: without that, a burst of orders settles a fifth slower.
        var work = transactions.Begin();
        var charge = work.ExecuteLast(
            request.OrderId, ChargeSql, request.OrderId, request.Amount.Amount, request.Amount.Currency,
            (answer as Charged)?.Reference, (answer as Declined)?.Reason, answer.At);
        await work.CommitAsync(cancellationToken);
        if (charge.RowsAffected > 0)
            return (answer, 1);

        await using var ledger = await database.ReadPreparedAsync(ChargedBeforeSql, [request.OrderId], cancellationToken);
        await ledger.ReadAsync(cancellationToken);
        return (Answer(ledger), ledger.GetInt32(3));
    }

    private static ChargeAnswer Answer(NpgsqlDataReader ledger)
    {
        var at = ledger.GetFieldValue<DateTimeOffset>(2);
        return ledger.IsDBNull(0) ? new Declined(ledger.GetString(1), at) : new Charged(ledger.GetString(0), at);
    }

    private async Task OnItsWayAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Latency > TimeSpan.Zero)
            await Task.Delay(options.Value.Latency, cancellationToken);
        if (Random.Shared.NextDouble() < options.Value.LostCalls)
            throw new UnavailableException("The call to the simulated gateway was lost in transit.");
    }

    private void OnItsWayBack()
    {
        if (Random.Shared.NextDouble() < options.Value.LostAnswers)
            throw Lost();
    }

    private static UnavailableException Lost() => new("The simulated gateway's answer was lost in transit.");

    private static string? RefusalOf(string token) => token switch
    {
        "tok_visa" or "tok_flaky" => null,
        "tok_declined" => "declined",
        "tok_insufficient_funds" => "insufficient_funds",
        _ => "invalid_token",
    };
}
