using Npgsql;
using NpgsqlTypes;
using Shop.Messaging;

namespace Shop.Payment.Gateways;

/// <summary>
/// A gateway that moves no money. What it answers depends on the token alone; what it answered stands in a ledger of its own, in one
/// statement, so that it charges an order once however often, from wherever and after whatever crash it is asked.
/// </summary>
public sealed class SimulatedGateway(NpgsqlDataSource database) : IPaymentGateway
{
    private const string ChargeSql = """
        INSERT INTO gateway.charges (order_id, amount, currency, reference, reason) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (order_id) DO UPDATE SET calls = charges.calls + 1
        RETURNING reference, reason, at, calls
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

        await using var charge = database.CreateCommand(ChargeSql);
        var refusal = RefusalOf(request.Token);
        charge.Parameters.AddWithValue(request.OrderId);
        charge.Parameters.AddWithValue(request.Amount.Amount);
        charge.Parameters.AddWithValue(request.Amount.Currency);
        charge.Parameters.AddWithValue(NpgsqlDbType.Text, refusal is null ? $"sim_{request.OrderId:N}" : DBNull.Value);
        charge.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)refusal ?? DBNull.Value);
        await using var ledger = await charge.ExecuteReaderAsync(cancellationToken);
        await ledger.ReadAsync(cancellationToken);

        var (at, calls) = (ledger.GetFieldValue<DateTimeOffset>(2), ledger.GetInt32(3));
        if (request.Token == "tok_flaky" && calls <= LostAnswers)
            throw new TransientException("The simulated gateway's answer was lost in transit.");
        return ledger.IsDBNull(0) ? new Declined(ledger.GetString(1), at) : new Charged(ledger.GetString(0), at);
    }

    private static string? RefusalOf(string token) => token switch
    {
        "tok_visa" or "tok_flaky" => null,
        "tok_declined" => "declined",
        "tok_insufficient_funds" => "insufficient_funds",
        _ => "invalid_token",
    };
}
