using System.Globalization;
using Shop.Web.Cart;
using Shop.Web.Catalog;

namespace Shop.Web.Checkout;

/// <summary>What a customer has seen and agreed to when they press the button: it travels in the form, so that exactly this is ordered or nothing.</summary>
/// <param name="Lines">The products, quantities and prices.</param>
/// <param name="Total">With delivery.</param>
internal sealed record Review(IReadOnlyList<ReviewedLine> Lines, Price Total)
{
    /// <summary>What the cart and the delivery come to now.</summary>
    public static Review Of(CartView cart, Price delivery) => new(
        [.. cart.Items.Select(line => new ReviewedLine(line.ProductId, line.Quantity, line.UnitPrice.Amount))],
        delivery with { Amount = cart.Items.Sum(line => line.LineTotal.Amount) + delivery.Amount });

    /// <summary>Reads what <see cref="ToString"/> has written; null when it is something else.</summary>
    public static Review? Parse(string? text)
    {
        if (text?.Split(';') is not { Length: >= 3 and <= 102 } parts || !TryParse(parts[0], out var total))
            return null;
        var lines = new List<ReviewedLine>();
        foreach (var part in parts[2..])
        {
            if (part.Split(':') is not [var id, var quantity, var price] || !Guid.TryParse(id, CultureInfo.InvariantCulture, out var product)
                || !int.TryParse(quantity, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || !TryParse(price, out var amount))
            {
                return null;
            }
            lines.Add(new(product, count, amount));
        }
        return new(lines, new(total, parts[1]));
    }

    /// <summary>For a hidden field.</summary>
    public override string ToString() => string.Join(';',
        [Text(Total.Amount), Total.Currency, .. Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.ProductId}:{line.Quantity}:{Text(line.UnitPrice)}"))]);

    private static string Text(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);

    private static bool TryParse(string text, out decimal amount) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount);
}

/// <summary>A line of a <see cref="Review"/>.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">For one, in the currency of the total.</param>
internal sealed record ReviewedLine(Guid ProductId, int Quantity, decimal UnitPrice);
