using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Shop.Admin.Services;
using Shop.ServiceDefaults.Lists;
using Shop.Site.Services;

namespace Shop.Admin.Orders;

/// <summary>A list of orders as its address has it.</summary>
public sealed record OrderFilter(string? Q, string? Status, string? Fulfilment, string? From, string? To, string? MinTotal, string? MaxTotal, Guid? Customer)
{
    /// <summary>The lists that staff opens every day.</summary>
    public static readonly IReadOnlyList<(string Name, OrderFilter Filter)> Saved =
    [
        ("All", new(null, null, null, null, null, null, null, null)),
        ("To ship", new(null, null, "unshipped", null, null, null, null, null)),
        ("Pending", new(null, "pending", null, null, null, null, null, null)),
        ("Declined", new(null, "declined", null, null, null, null, null, null)),
        ("Refunded", new(null, "refunded", null, null, null, null, null, null)),
    ];

    /// <summary>Where the list is, without a cursor.</summary>
    public string Address => QueryHelpers.AddQueryString("/orders", Query("q", Q));

    /// <summary>The same list for Product. Days are whole ones, UTC, the last one included.</summary>
    /// <param name="customer">Whose orders; null: everybody's.</param>
    /// <param name="number">The number; null: any.</param>
    /// <param name="after">The cursor.</param>
    public string Ask(Guid? customer, long? number, string? after) => QueryHelpers.AddQueryString(
        "/orders", Query("after", after).Where(part => part.Key is not ("from" or "to" or "customer")).Append(new("number", number?.ToString(CultureInfo.InvariantCulture))).Append(new("customer", (customer ?? Customer)?.ToString()))
            .Append(new("from", Days.Begin(From, 0))).Append(new("to", Days.Begin(To, 1))).Append(new("limit", "50")));

    private IEnumerable<KeyValuePair<string, string?>> Query(string name, string? value) =>
        new Dictionary<string, string?>
        {
            [name] = value,
            ["status"] = Status,
            ["fulfilment"] = Fulfilment,
            ["from"] = From,
            ["to"] = To,
            ["minTotal"] = MinTotal,
            ["maxTotal"] = MaxTotal,
            ["customer"] = Customer?.ToString(),
        }.Where(part => !string.IsNullOrEmpty(part.Value));
}

/// <summary>Reads lists of orders.</summary>
internal static class OrderList
{
    /// <summary>A page of a list, by number, by the address of a customer, or as its filters say.</summary>
    /// <returns>The page, or what is wrong with the filters.</returns>
    public static async Task<(Page<Order> Page, string? Error)> ReadAsync(ProductApi product, People people, OrderFilter filter, string? after)
    {
        var none = new Page<Order>([], null);
        Guid? customer = null;
        long? number = null;
        if (!string.IsNullOrWhiteSpace(filter.Q))
        {
            var text = filter.Q.Trim();
            if (long.TryParse(text.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
                number = wanted;
            else if (!text.Contains('@', StringComparison.Ordinal))
                return (none, "Orders are found by their number or their customer's whole e-mail address.");
            else if (await people.FindAsync(text) is { } person)
                customer = person.Id;
            else
                return (none, "Nobody here has this e-mail address.");
        }
        var answer = await product.SendAsync<Page<Order>>(HttpMethod.Get, filter.Ask(customer, number, after));
        return (answer.Value ?? none, answer.Reason());
    }
}
