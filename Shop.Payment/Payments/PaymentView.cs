using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Shop.ServiceDefaults;

namespace Shop.Payment.Payments;

/// <summary>A payment as the API shows it.</summary>
/// <param name="OrderId">The order that it is for.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Amount">What is, or was to be, charged.</param>
/// <param name="Gateway">The gateway that is asked.</param>
/// <param name="Reference">The gateway's name for the charge; null until paid.</param>
/// <param name="Reason">Why it was declined, cancelled or refunded, or that a refund was refused, as a code; left out otherwise.</param>
/// <param name="CreatedAt">When the order arrived, UTC.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="Attempts">How often the gateway was asked.</param>
/// <param name="Refunded">What has been given back; left out: nothing.</param>
/// <param name="Refunding">What the gateway is being asked to give back; left out: nothing.</param>
public sealed record PaymentView(
    Guid OrderId,
    PaymentStatus Status,
    Money Amount,
    string Gateway,
    string? Reference,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    int Attempts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Refunded = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Refunding = null)
{
    internal static Expression<Func<Payment, PaymentView>> Of { get; } = payment => new PaymentView(
        payment.OrderId,
        payment.ActionUrl == null ? payment.Status : PaymentStatus.ActionRequired,
        new Money(payment.Amount, payment.Currency),
        payment.Gateway,
        payment.Reference,
        payment.Reason,
        payment.CreatedAt,
        payment.UpdatedAt,
        payment.Attempts,
        payment.Refunded == 0 ? null : new Money(payment.Refunded, payment.Currency),
        payment.Refunding == 0 ? null : new Money(payment.Refunding, payment.Currency));
}
