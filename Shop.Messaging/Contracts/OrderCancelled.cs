using Shop.ServiceDefaults;

namespace Shop.Messaging.Contracts;

/// <summary>
/// An order is cancelled or has expired: it must not be charged any more, or refunded if it was. Carries all that the payment service needs to know about the
/// order, since this event may overtake <see cref="OrderPlaced"/>.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="CustomerId">Who placed it.</param>
/// <param name="Total">What was, or was to be, charged.</param>
/// <param name="Reason">Why: <see cref="Cancelled"/> or <see cref="Expired"/>.</param>
/// <param name="At">When, UTC.</param>
public sealed record OrderCancelled(Guid OrderId, Guid CustomerId, Money Total, string Reason, DateTimeOffset At) : IContract
{
    /// <summary>The customer cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>It was not paid in time.</summary>
    public const string Expired = "expired";

    /// <inheritdoc />
    public static string Name => "order.cancelled.v1";
}
