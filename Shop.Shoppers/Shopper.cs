using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Shop.Shoppers;

/// <summary>Somebody who visits the store now and then: looks around, mostly buys something, sometimes with a bad card, and rarely thinks better of it.</summary>
internal sealed partial class Shopper(Store store, string name, ILogger<Shopper> logger)
{
    // The services send what they do in the name of a request to the trace that it comes with: each of these is the root of one.
    private static readonly ActivitySource Source = new("Shop.Shoppers");

    /// <summary>One in so many of the visits only looks, one in so many of the paid orders is cancelled.</summary>
    private const int OnlyLooks = 8, ThinksBetter = 6;

    /// <summary>What people pay with, the most usual the most often. See the simulated gateway.</summary>
    private static readonly string[] Cards =
        [.. Enumerable.Repeat("tok_visa", 16), "tok_declined", "tok_declined", "tok_insufficient_funds", "tok_flaky"];

    private readonly string _email = $"{name.ToLowerInvariant()}.{Guid.NewGuid():N}@example.com";
    private readonly string _password = $"correct horse battery staple {Guid.NewGuid():N}";
    private bool _registered;
    private string _token = "";
    private DateTimeOffset _tokenEnds;

    /// <summary>A visit, from the first look to the outcome of the order.</summary>
    /// <exception cref="Exception">The store could not be reached, or does not do what it should.</exception>
    public async Task VisitAsync(CancellationToken cancellationToken)
    {
        await SignInAsync(cancellationToken);
        var basket = await BrowseAsync(cancellationToken);
        if (basket.Length == 0 || Random.Shared.Next(OnlyLooks) == 0)
            return;

        if (await BuyAsync(basket, cancellationToken) is (var order, "paid") && Random.Shared.Next(ThinksBetter) == 0)
        {
            using var _ = Source.StartActivity("cancel");
            await store.CancelAsync(_token, order, cancellationToken);
            Cancelled(name, order);
        }
    }

    private async Task SignInAsync(CancellationToken cancellationToken)
    {
        if (DateTimeOffset.UtcNow < _tokenEnds)
            return;

        using var _ = Source.StartActivity(_registered ? "sign in" : "register");
        if (!_registered)
            await store.RegisterAsync(_email, _password, name, cancellationToken);
        _registered = true;
        (_token, var lifetime) = await store.SignInAsync(_email, _password, cancellationToken);
        // A visit takes a minute or two at most.
        _tokenEnds = DateTimeOffset.UtcNow + lifetime - TimeSpan.FromMinutes(3);
    }

    /// <summary>Looks at some products; takes one or two of them.</summary>
    private async Task<Guid[]> BrowseAsync(CancellationToken cancellationToken)
    {
        using var _ = Source.StartActivity("browse");
        var categories = await store.CategoriesAsync(cancellationToken);
        var products = await store.BrowseAsync(categories[Random.Shared.Next(categories.Count)], cancellationToken);
        if (products.Count == 0)
            return [];

        Guid[] liked = [.. Random.Shared.GetItems(products.ToArray(), Random.Shared.Next(1, 3)).Distinct()];
        foreach (var product in liked)
            await store.LookAsync(product, cancellationToken);
        return liked;
    }

    /// <summary>Orders, and watches what becomes of that; null when it is sold out.</summary>
    private async Task<(Guid Order, string Status)?> BuyAsync(Guid[] basket, CancellationToken cancellationToken)
    {
        using var purchase = Source.StartActivity("purchase");
        if (await store.OrderAsync(_token, basket, Cards[Random.Shared.Next(Cards.Length)], cancellationToken) is not { } order)
        {
            SoldOut(name);
            return null;
        }

        purchase?.SetTag("order.id", order);
        var status = await store.OutcomeAsync(_token, order, cancellationToken);
        purchase?.SetTag("order.status", status);
        Bought(name, order, status);
        return (order, status);
    }

    [LoggerMessage(LogLevel.Information, "{Shopper}'s order {OrderId} is {Status}")]
    private partial void Bought(string shopper, Guid orderId, string status);

    [LoggerMessage(LogLevel.Information, "{Shopper} cancels order {OrderId}")]
    private partial void Cancelled(string shopper, Guid orderId);

    [LoggerMessage(LogLevel.Information, "{Shopper} came too late: sold out")]
    private partial void SoldOut(string shopper);
}
