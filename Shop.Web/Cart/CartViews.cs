using Shop.Web.Catalog;

namespace Shop.Web.Cart;

/// <summary>A cart with the prices and the stock of this moment.</summary>
/// <param name="Items">The lines, in the order in which they were put in.</param>
/// <param name="Total">What they cost together; null when there are none.</param>
public sealed record CartView(IReadOnlyList<CartLine> Items, Price? Total)
{
    /// <summary>How many pieces there are.</summary>
    public int Count => Items.Sum(line => line.Quantity);

    /// <summary>Whether all of it can be had now, together.</summary>
    public bool CanBeOrdered => Total is not null && Items.All(line => line.Available >= line.Quantity);
}

/// <summary>A line of a cart.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="ImageUrl">Where its picture is, relative to Product; null when it has none.</param>
/// <param name="Quantity">How many are wanted.</param>
/// <param name="UnitPrice">For one, now.</param>
/// <param name="LineTotal">For all of them.</param>
/// <param name="Available">How many there are; 0 when it is not for sale any more.</param>
public sealed record CartLine(Guid ProductId, string Slug, string Name, string? ImageUrl, int Quantity, Price UnitPrice, Price LineTotal, int Available);
