using Shop.ServiceDefaults;

namespace Shop.Messaging.Contracts;

/// <summary>A customer placed an order; its stock is reserved and it waits for its payment.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="CustomerId">Who placed it.</param>
/// <param name="Total">What is to be charged.</param>
/// <param name="PaymentToken">The provider's token for the means of payment; never a card number.</param>
/// <param name="PlacedAt">When, UTC.</param>
public sealed record OrderPlaced(Guid OrderId, Guid CustomerId, Money Total, string PaymentToken, DateTimeOffset PlacedAt) : IContract
{
    /// <inheritdoc />
    public static string Name => "order.placed.v1";
}
