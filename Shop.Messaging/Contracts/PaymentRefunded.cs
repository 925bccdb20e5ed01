using System.Text.Json.Serialization;
using Shop.ServiceDefaults;

namespace Shop.Messaging.Contracts;

/// <summary>Money of a charged order is given back: all of it, or a part.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">What was given back this time.</param>
/// <param name="Gateway">The gateway that did it.</param>
/// <param name="Reference">The gateway's own name for the charge.</param>
/// <param name="Reason">Why, as a code: <c>cancelled</c> or <c>expired</c> as in <see cref="OrderCancelled"/>, or <see cref="BySupport"/>.</param>
/// <param name="At">When the gateway said so, UTC.</param>
/// <param name="InAll">What has been given back with this and all refunds before it; null: there was none before.</param>
/// <param name="IsPartial">Whether some of the charge is still there afterwards.</param>
public sealed record PaymentRefunded(
    Guid OrderId, Money Amount, string Gateway, string Reference, string Reason, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? InAll = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsPartial = false) : IContract
{
    /// <summary>Staff with the permission asked for it.</summary>
    public const string BySupport = "support";

    /// <inheritdoc />
    public static string Name => "payment.refunded.v1";
}
