using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Payment.Payments;

/// <summary>
/// A call to the gateway: written before it is made, in the transaction that intends it, and completed in the one that records its answer. One without an answer
/// was lost, or its process was.
/// </summary>
public sealed class GatewayCall
{
    /// <summary>UUIDv7; UUIDv4 for the reconciler's calls.</summary>
    public required Guid Id { get; init; }

    /// <summary>The order.</summary>
    public required Guid OrderId { get; init; }

    /// <summary><c>charge</c>, <c>void</c> or <c>refund</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How much, in the payment's currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>charged</c>, <c>declined</c>, <c>action-required</c>, <c>refunded</c> or <c>refused</c>; null: no answer came.</summary>
    public string? Answer { get; init; }

    /// <summary>The gateway's name for the charge, or its reason; null: none.</summary>
    public string? Detail { get; init; }

    /// <summary>UTC; null: no answer came.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }
}

internal sealed class GatewayCallMapping : IEntityTypeConfiguration<GatewayCall>
{
    public void Configure(EntityTypeBuilder<GatewayCall> call)
    {
        call.ToTable("gateway_calls");
        // One index: every order writes it.
        call.HasKey(x => new { x.OrderId, x.Id });
        call.Property(x => x.Amount).HasColumnType("numeric(12,2)");
    }
}
