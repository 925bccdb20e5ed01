using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Payment.Payments;

/// <summary>Where a payment stands. Declined, cancelled and refunded are final; paid is until a refund is asked for.</summary>
public enum PaymentStatus
{
    /// <summary>Intended: the gateway is, or will be, asked.</summary>
    Pending,

    /// <summary>The gateway was asked and did not answer in time: whether it charged is not known.</summary>
    Unknown,

    /// <summary>
    /// The customer has to answer their bank. Stored as unknown with <see cref="Payment.ActionUrl"/>: whatever holds for a charge without an answer holds for
    /// it, too.
    /// </summary>
    [JsonStringEnumMemberName("action-required")]
    ActionRequired,

    /// <summary>Charged.</summary>
    Paid,

    /// <summary>Refused by the gateway; nothing was charged.</summary>
    Declined,

    /// <summary>The order was cancelled before it was charged, and never will be.</summary>
    Cancelled,

    /// <summary>Charged, and the gateway is being asked to give the money back.</summary>
    Refunding,

    /// <summary>Charged, and the money given back.</summary>
    Refunded,
}

/// <summary>The payment of one order.</summary>
public sealed class Payment
{
    /// <summary>The order that it is for; an order has one payment.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>Who pays.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>In units of the currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Where it stands.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>The gateway's token for the means of payment; null as soon as the gateway has answered for good.</summary>
    public string? Token { get; init; }

    /// <summary>The gateway that is asked.</summary>
    public required string Gateway { get; init; }

    /// <summary>The gateway's name for the charge; null until paid.</summary>
    public string? Reference { get; init; }

    /// <summary>Why it was declined or refunded, or why the money could not be given back, as a code; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>The page of the bank where the customer has to answer; null: nobody waits for them.</summary>
    public string? ActionUrl { get; init; }

    /// <summary>When the order was cancelled, UTC: a charge is refunded or never made. Null: it was not.</summary>
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>When the reconciler is to ask the gateway (again) about the charge, UTC; null: it has nothing to ask. About refunds: <see cref="PaymentRefund.AskAt"/>.</summary>
    public DateTimeOffset? AskAt { get; init; }

    /// <summary>What has been given back so far.</summary>
    public decimal Refunded { get; init; }

    /// <summary>What the gateway is being asked to give back.</summary>
    public decimal Refunding { get; init; }

    /// <summary>How often the gateway was asked.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the order arrived here, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class PaymentMapping : IEntityTypeConfiguration<Payment>
{
    /// <summary>The reason of a payment whose money the gateway did not give back.</summary>
    public const string RefundRefused = "refund_refused";

    public void Configure(EntityTypeBuilder<Payment> payment)
    {
        payment.ToTable("payments", table =>
        {
            table.HasCheckConstraint("ck_payments_amount", "amount > 0");
            // Whatever else goes wrong: never more than was paid.
            table.HasCheckConstraint("ck_payments_refunded", "refunded >= 0 AND refunding >= 0 AND refunded + refunding <= amount");
        });
        payment.HasKey(x => x.OrderId);
        payment.Property(x => x.OrderId).ValueGeneratedNever();
        payment.Property(x => x.Amount).HasColumnType("numeric(12,2)");
        payment.Property(x => x.Refunded).HasColumnType("numeric(12,2)").HasDefaultValue(0m);
        payment.Property(x => x.Refunding).HasColumnType("numeric(12,2)").HasDefaultValue(0m);
        payment.Property(x => x.Currency).HasColumnType("char(3)");
        payment.Property(x => x.Status).HasColumnType("text").HasConversion(
            status => status.ToString().ToLowerInvariant(), text => Enum.Parse<PaymentStatus>(text, true));
        // What the reconciler looks for; nearly always empty.
        payment.HasIndex(x => x.AskAt).HasFilter("ask_at IS NOT NULL");
        // The lists: everybody's, everybody's in one state, one customer's; newest first.
        payment.HasIndex(x => new { x.CreatedAt, x.OrderId });
        payment.HasIndex(x => new { x.Status, x.CreatedAt, x.OrderId });
        payment.HasIndex(x => new { x.CustomerId, x.CreatedAt, x.OrderId });
        // What staff has to act on.
        payment.HasIndex(x => new { x.CreatedAt, x.OrderId }, "ix_payments_refund_refused").HasDatabaseName("ix_payments_refund_refused").HasFilter($"reason = '{RefundRefused}'");
    }
}
