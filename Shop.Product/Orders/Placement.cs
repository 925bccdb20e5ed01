namespace Shop.Product.Orders;

/// <summary>What came of a request for an order.</summary>
public abstract record Placement;

/// <summary>It is placed, now or when the same request came before.</summary>
/// <param name="Order">As it was placed.</param>
public sealed record Accepted(OrderView Order) : Placement;

/// <summary>The customer has used the key for another request.</summary>
public sealed record KeyReused : Placement;

/// <summary>Some of the products do not exist, or are no longer for sale.</summary>
/// <param name="Products">Which.</param>
public sealed record UnknownProducts(IReadOnlyList<Guid> Products) : Placement;

/// <summary>There are not enough of some of the products.</summary>
/// <param name="Products">Which.</param>
public sealed record OutOfStock(IReadOnlyList<MissingProduct> Products) : Placement;

/// <summary>The total is more than an order can have.</summary>
public sealed record TooExpensive : Placement;

/// <summary>The products have prices in several currencies, as when the shop has changed its own: no total can be made of them.</summary>
/// <param name="Currencies">Which.</param>
public sealed record SeveralCurrencies(IReadOnlyList<string> Currencies) : Placement;

/// <summary>A product of which there are fewer than were asked for.</summary>
/// <param name="Id">The product.</param>
/// <param name="Name">Its name.</param>
/// <param name="Requested">How many were asked for.</param>
/// <param name="Available">How many there are.</param>
public sealed record MissingProduct(Guid Id, string Name, int Requested, int Available);
