using Shop.ServiceDefaults;

namespace Shop.Messaging.Contracts;

/// <summary>The whole amount of a charged order is given back.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">What was given back.</param>
/// <param name="Gateway">The gateway that did it.</param>
/// <param name="Reference">The gateway's own name for the charge.</param>
/// <param name="Reason">Why, as a code: <c>cancelled</c> or <c>expired</c> as in <see cref="OrderCancelled"/>, or <see cref="BySupport"/>.</param>
/// <param name="At">When the gateway said so, UTC.</param>
public sealed record PaymentRefunded(Guid OrderId, Money Amount, string Gateway, string Reference, string Reason, DateTimeOffset At) : IContract
{
    /// <summary>Staff with the permission asked for it.</summary>
    public const string BySupport = "support";

    /// <inheritdoc />
    public static string Name => "payment.refunded.v1";
}
