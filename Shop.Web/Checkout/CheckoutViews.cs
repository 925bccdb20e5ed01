using Shop.Web.Catalog;

namespace Shop.Web.Checkout;

/// <summary>A way of delivery, as Product tells it.</summary>
/// <param name="Id">Its name in requests.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">What it costs.</param>
/// <param name="Days">Working days it takes at most.</param>
public sealed record DeliveryMethod(string Id, string Name, Price Price, int Days);

/// <summary>An order that was placed, as far as the checkout needs to know.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">Its number for people.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Items">What was ordered.</param>
internal sealed record PlacedOrder(Guid Id, long Number, string Status, IReadOnlyList<PlacedLine> Items);

/// <summary>A line of such an order.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">How many.</param>
internal sealed record PlacedLine(Guid ProductId, int Quantity);
