using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shop.Product.Addresses;
using Shop.ServiceDefaults.Hosting;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Orders;

/// <summary>What a customer asks for. Prices and total come from the catalog, the customer from the access token.</summary>
/// <param name="Items">1 to 100 lines; lines of one product count as one.</param>
/// <param name="PaymentToken">The provider's token for the means of payment, 1 to 100 visible ASCII characters; never a card number.</param>
/// <param name="ExpectedTotal">What the customer has agreed to pay, delivery included: with another total nothing is placed. Null: whatever it is.</param>
/// <param name="Delivery">How and where to; null: not delivered.</param>
public sealed record PlaceOrderRequest(
    IReadOnlyList<OrderLine> Items, string PaymentToken, Money? ExpectedTotal = null, DeliveryRequest? Delivery = null) : IValidatableObject
{
    private const int MaxLines = 100;
    private const int MaxQuantity = 1000;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Items.Count is 0 or > MaxLines)
            yield return new($"Must have 1 to {MaxLines} lines.", ["items"]);
        foreach (var (i, line) in Items.Take(MaxLines).Index())
        {
            if (line is null)
                yield return new("Must not be null.", [$"items[{i}]"]);
            else if (line.Quantity is < 1 or > MaxQuantity)
                yield return new($"Must be from 1 to {MaxQuantity}.", [$"items[{i}].quantity"]);
        }
        // As a long: a sum of bad quantities must not overflow while it is being refused.
        if (Items.Where(line => line is not null).GroupBy(line => line.ProductId).Any(lines => lines.Sum(line => (long)line.Quantity) > MaxQuantity))
            yield return new($"Must have at most {MaxQuantity} of a product.", ["items"]);
        if (PaymentToken.Length is 0 or > 100 || !IdempotencyKey.IsVisibleAscii(PaymentToken))
            yield return new("Must have 1 to 100 visible ASCII characters.", ["paymentToken"]);
        if (CardNumber.IsIn(PaymentToken))
            yield return new("Must be a token of the payment provider, never a card number.", ["paymentToken"]);
        if (ExpectedTotal is { IsPrice: false })
            yield return new("Must be an amount of money from 0 up, with no more decimals than its currency has, in a currency such as EUR.", ["expectedTotal"]);
        if (Delivery is not null && Delivery.Address is null == Delivery.AddressId is null)
            yield return new("Must have either an address or the id of a saved one.", ["delivery.address"]);
    }

    /// <summary>One line for each product, in the order in which the products first appear.</summary>
    internal OrderLine[] Lines() =>
        Items.Count == 1
            ? [Items[0]]
            : [.. Items.GroupBy(line => line.ProductId).Select(lines => new OrderLine(lines.Key, lines.Sum(line => line.Quantity)))];

    /// <summary>10 and 10.00 are the same money, and the same request; a division takes the zeros away.</summary>
    private static Money? Plain(Money? money) => money is { } some ? some with { Amount = some.Amount / 1.0000000000000000000000000000m } : null;

    /// <summary>
    /// SHA-256 over the content of the request. The order of the lines, the formatting of the JSON and unknown members do not count.
    /// </summary>
    public byte[] Hash()
    {
        const int Line = 16 + sizeof(int);
        var lines = Lines();
        Array.Sort(lines, (left, right) => left.ProductId.CompareTo(right.ProductId));
        // What was not asked for leaves no trace: an order from before there was such a thing keeps its hash.
        var more = (ExpectedTotal, Delivery) is (null, null) ? "" : JsonSerializer.Serialize(new OrderTerms(Plain(ExpectedTotal), Delivery), OrdersJson.Default.OrderTerms);
        var content = new byte[lines.Length * Line + Encoding.UTF8.GetByteCount(PaymentToken + more)];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i].ProductId.TryWriteBytes(content.AsSpan(i * Line));
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(i * Line + 16), lines[i].Quantity);
        }
        Encoding.UTF8.GetBytes(PaymentToken + more, content.AsSpan(lines.Length * Line));
        return SHA256.HashData(content);
    }
}

/// <summary>Some of a product.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">How many, 1 to 1000.</param>
public sealed record OrderLine(Guid ProductId, int Quantity);

/// <summary>How and where to an order is delivered.</summary>
/// <param name="Method">The id of one of <c>GET /delivery-methods</c>.</param>
/// <param name="Address">Where to; null with <paramref name="AddressId"/>.</param>
/// <param name="AddressId">The saved address it goes to; null with <paramref name="Address"/>.</param>
public sealed record DeliveryRequest(string Method, PostalAddress? Address = null, Guid? AddressId = null);

/// <summary>What a request asks for beside products and payment, as it counts for the comparison of two requests.</summary>
internal sealed record OrderTerms(Money? ExpectedTotal, DeliveryRequest? Delivery);
