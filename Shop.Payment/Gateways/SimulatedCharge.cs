using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Payment.Gateways;

/// <summary>An entry in the simulated gateway's ledger: the gateway's own books, which nothing else of the service reads.</summary>
public sealed class SimulatedCharge
{
    /// <summary>The order, and the idempotency key.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>In units of the currency; what was charged unless declined.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The gateway's name for the charge; null when declined.</summary>
    public string? Reference { get; init; }

    /// <summary>Why it was declined; null when charged.</summary>
    public string? Reason { get; init; }

    /// <summary>When the gateway decided, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How often the gateway was asked to charge this order.</summary>
    public int Calls { get; init; }

    /// <summary>What was given back of it.</summary>
    public decimal Refunded { get; init; }

    /// <summary>When something was given back last, UTC; null: nothing was.</summary>
    public DateTimeOffset? RefundedAt { get; init; }

    /// <summary>How often the gateway was asked to give something back.</summary>
    public int RefundCalls { get; init; }
}

internal sealed class SimulatedChargeMapping : IEntityTypeConfiguration<SimulatedCharge>
{
    public void Configure(EntityTypeBuilder<SimulatedCharge> charge)
    {
        charge.ToTable("charges", "gateway", table => table.HasCheckConstraint("ck_charges_refunded", "refunded BETWEEN 0 AND amount"));
        charge.HasKey(x => x.OrderId);
        charge.Property(x => x.OrderId).ValueGeneratedNever();
        charge.Property(x => x.Amount).HasColumnType("numeric(12,2)");
        charge.Property(x => x.Refunded).HasColumnType("numeric(12,2)").HasDefaultValue(0m);
        charge.Property(x => x.Currency).HasColumnType("char(3)");
        charge.Property(x => x.At).HasDefaultValueSql("now()");
        charge.Property(x => x.Calls).HasDefaultValue(1);
        charge.Property(x => x.RefundCalls).HasDefaultValue(0);
    }
}
