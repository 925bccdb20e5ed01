using Shop.ServiceDefaults;

namespace Shop.Messaging.Contracts;

/// <summary>
/// An order is called off: money that was not taken is not to be, money that was is to go back. Says all that the payment service needs to
/// know of an order that it has not heard of yet, since this may overtake <see cref="OrderPlaced"/>.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="CustomerId">Who placed it.</param>
/// <param name="Total">What was, or was to be, charged.</param>
/// <param name="Reason">Why: <see cref="Cancelled"/> or <see cref="Expired"/>.</param>
/// <param name="At">When, UTC.</param>
public sealed record OrderCancelled(Guid OrderId, Guid CustomerId, Money Total, string Reason, DateTimeOffset At) : IContract
{
    /// <summary>The customer does not want it any more.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Nothing was heard of its payment in time.</summary>
    public const string Expired = "expired";

    /// <inheritdoc />
    public static string Name => "order.cancelled.v1";
}
