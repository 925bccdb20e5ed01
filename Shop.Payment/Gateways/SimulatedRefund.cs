using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Payment.Gateways;

/// <summary>Money that the simulated gateway has given back, in its own books.</summary>
public sealed class SimulatedRefund
{
    /// <summary>The idempotency key.</summary>
    public required Guid Id { get; init; }

    /// <summary>The charge that it is of.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>In the charge's currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

internal sealed class SimulatedRefundMapping : IEntityTypeConfiguration<SimulatedRefund>
{
    public void Configure(EntityTypeBuilder<SimulatedRefund> refund)
    {
        refund.ToTable("refunds", "gateway");
        refund.Property(x => x.Id).ValueGeneratedNever();
        refund.Property(x => x.Amount).HasColumnType("numeric(12,2)");
        refund.Property(x => x.At).HasDefaultValueSql("now()");
        refund.HasIndex(x => x.OrderId);
    }
}
