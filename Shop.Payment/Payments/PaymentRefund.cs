using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Payment.Payments;

/// <summary>Where a refund stands.</summary>
public enum RefundStatus
{
    /// <summary>The gateway is, or will be, asked for it.</summary>
    Asked,

    /// <summary>The money was given back.</summary>
    Refunded,

    /// <summary>The gateway does not give it back.</summary>
    Refused,
}

/// <summary>Money of a payment that is, or was to be, given back.</summary>
public sealed class PaymentRefund
{
    /// <summary>The gateway's idempotency key.</summary>
    public required Guid Id { get; init; }

    /// <summary>The order whose money it is.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>How much, in the payment's currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>Where it stands.</summary>
    public required RefundStatus Status { get; init; }

    /// <summary>Why it was asked for, as a code: of the event that asked, or <c>support</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>Why, in the words of whoever asked; null: not said.</summary>
    public string? Note { get; init; }

    /// <summary>Why the gateway refused it, as a code; null: it did not.</summary>
    public string? Refusal { get; init; }

    /// <summary>The <c>Idempotency-Key</c> of the request that asked for it; null: an event did.</summary>
    public string? Key { get; init; }

    /// <summary>The amount that the request named; null: all that was left.</summary>
    public decimal? Requested { get; init; }

    /// <summary>Who asked for it; null: an event did.</summary>
    public Guid? Author { get; init; }

    /// <summary>When the gateway is to be asked (again), UTC; null: it has answered.</summary>
    public DateTimeOffset? AskAt { get; init; }

    /// <summary>How often the gateway was asked.</summary>
    public required int Attempts { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>When the gateway answered, UTC; null: it has not.</summary>
    public DateTimeOffset? SettledAt { get; init; }
}

internal sealed class RefundMapping : IEntityTypeConfiguration<PaymentRefund>
{
    public const string OneForAKey = "ux_refunds_order_id_key";

    public void Configure(EntityTypeBuilder<PaymentRefund> refund)
    {
        refund.ToTable("refunds", table => table.HasCheckConstraint("ck_refunds_amount", "amount > 0"));
        refund.HasKey(x => x.Id).HasName("pk_payment_refunds");
        refund.Property(x => x.Id).ValueGeneratedNever();
        refund.Property(x => x.Amount).HasColumnType("numeric(12,2)");
        refund.Property(x => x.Requested).HasColumnType("numeric(12,2)");
        refund.Property(x => x.Status).HasColumnType("text").HasConversion(status => status.ToString().ToLowerInvariant(), text => Enum.Parse<RefundStatus>(text, true));
        refund.HasOne<Payment>().WithMany().HasForeignKey(x => x.OrderId);
        refund.HasIndex(x => new { x.OrderId, x.Key }).IsUnique().HasDatabaseName(OneForAKey);
        // What the reconciler looks for; nearly always empty.
        refund.HasIndex(x => x.AskAt).HasFilter("ask_at IS NOT NULL");
    }
}
