using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Database;

namespace Shop.Payment.Gateways;

/// <summary>
/// The bank behind the simulated gateway, which asks its customer whether they mean to pay. The first answer counts. Nobody signs in there: whoever has the
/// address, which cannot be guessed and which only the order's customer is told, is taken for the customer.
/// </summary>
public sealed class SimulatedBank(NpgsqlDataSource database, IOptions<SimulatedGatewayOptions> options)
{
    private const string AskSql = """
        WITH asked AS (
            INSERT INTO gateway.challenges (order_id, id, amount, currency, asked_at) VALUES ($1, $2, $3, $4, now())
            ON CONFLICT (order_id) DO UPDATE SET amount = challenges.amount RETURNING id, approved, asked_at)
        SELECT id, approved, asked_at FROM asked
        """;

    private const string FindSql = """
        SELECT c.order_id, c.amount, c.currency, c.approved, CASE WHEN g.order_id IS NOT NULL THEN g.reference IS NOT NULL END
        FROM gateway.challenges c LEFT JOIN gateway.charges g ON g.order_id = c.order_id WHERE c.id = $1
        """;

    // What was charged, refused or voided meanwhile has been decided.
    private const string AnswerSql = """
        UPDATE gateway.challenges c SET approved = $2 = 'approve'
        WHERE c.id = $1 AND c.approved IS NULL AND NOT EXISTS (SELECT FROM gateway.charges g WHERE g.order_id = c.order_id)
        """;

    /// <summary>Asks the customer, once for an order: where their answer is given, and whether they approve, null while they have not said.</summary>
    internal async Task<(Uri Page, bool? Approved, DateTimeOffset At)> AskAsync(ChargeRequest request, CancellationToken cancellationToken)
    {
        await using var row = await database.ReadPreparedAsync(
            AskSql, [request.OrderId, RandomNumberGenerator.GetHexString(32, lowercase: true), request.Amount.Amount, request.Amount.Currency], cancellationToken);
        await row.ReadAsync(cancellationToken);
        var asked = (new Uri(options.Value.BankAddress, $"bank/{row.GetString(0)}"), row.IsDBNull(1) ? (bool?)null : row.GetBoolean(1), row.GetFieldValue<DateTimeOffset>(2));
        // The row is sent before the commit, which is complete only now.
        await row.ToEndAsync(cancellationToken);
        return asked;
    }

    /// <summary>The question at an address; null when there is none.</summary>
    internal async Task<BankQuestion?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var row = await database.ReadPreparedAsync(FindSql, [id], cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetGuid(0), new Money(row.GetDecimal(1), row.GetString(2)), row.IsDBNull(3) ? null : row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetBoolean(4))
            : null;
    }

    /// <summary>Takes the customer's answer; one that was given before, or comes too late, stays as it is.</summary>
    internal Task AnswerAsync(string id, bool approve, CancellationToken cancellationToken) =>
        database.ExecutePreparedAsync(AnswerSql, [id, approve ? "approve" : "refuse"], cancellationToken);
}

/// <summary>What the bank asks.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">What is to be paid.</param>
/// <param name="Approved">The answer; null: none yet.</param>
/// <param name="Charged">Whether the gateway has taken the money; null while it has not decided, so that an answer counts.</param>
public sealed record BankQuestion(Guid OrderId, Money Amount, bool? Approved, bool? Charged)
{
    /// <summary>Whether it can be answered.</summary>
    public bool IsOpen => Approved is null && Charged is null;
}

/// <summary>A question of the simulated bank to its customer. A row of <c>gateway.challenges</c>, for migrations.</summary>
public sealed class SimulatedChallenge
{
    /// <summary>The order; it is asked about once.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>128 random bits in hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>In units of the currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The answer; null: none yet.</summary>
    public bool? Approved { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset AskedAt { get; init; }
}

internal sealed class SimulatedChallengeMapping : IEntityTypeConfiguration<SimulatedChallenge>
{
    public void Configure(EntityTypeBuilder<SimulatedChallenge> challenge)
    {
        challenge.ToTable("challenges", "gateway");
        challenge.HasKey(x => x.OrderId);
        challenge.Property(x => x.OrderId).ValueGeneratedNever();
        challenge.Property(x => x.Id).HasMaxLength(32).IsRequired();
        challenge.HasIndex(x => x.Id).IsUnique();
        challenge.Property(x => x.Amount).HasColumnType("numeric(12,2)");
        challenge.Property(x => x.Currency).HasColumnType("char(3)");
    }
}
