using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>What people do in the store, step by step, as the pages are labelled in English.</summary>
internal static class Shopper
{
    /// <summary>Somebody new with a product of their own in their cart, before the last button.</summary>
    public static async Task<(IPage Page, Guid Product)> AtTheReviewAsync(
        this ShopBrowser browser, ShopSystem shop, int quantity = 1, Action<BrowserNewContextOptions>? change = null)
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var product = await admin.CreateProductAsync(stock: 5, price: 19.99m);
        var page = await browser.OpenAsync(shop, change);
        await page.AddToCartAsync(product, quantity);
        await page.SignInAsNewAsync(shop);
        await page.CheckOutAsync();
        return (page, product);
    }

    /// <summary>Registers somebody new and signs them in through the pages.</summary>
    public static async Task SignInAsNewAsync(this IPage page, ShopSystem shop)
    {
        var email = await Customer.RegisterOnlyAsync(shop);
        await page.GotoAsync("/sign-in");
        await page.SignInAsync(email);
        await Expect(page.Locator("form[action='/sign-out']")).ToBeVisibleAsync();
    }

    /// <summary>Fills in Auth's page.</summary>
    public static async Task SignInAsync(this IPage page, string email, string password = Customer.Password)
    {
        await page.Locator("input[name=email]").FillAsync(email);
        await page.Locator("input[name=password]").FillAsync(password);
        await page.Locator("input[name=password]").PressAsync("Enter");
    }

    /// <summary>Puts a product into the cart from its page.</summary>
    public static async Task AddToCartAsync(this IPage page, Guid product, int quantity = 1)
    {
        await page.GotoAsync($"/p/{product}");
        await page.GetByLabel("Quantity").FillAsync($"{quantity}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to cart" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("is in your cart");
    }

    /// <summary>Goes from the cart to the review, as somebody signed in, with a new address.</summary>
    public static async Task CheckOutAsync(this IPage page)
    {
        await page.GotoAsync("/cart");
        await page.GetByRole(AriaRole.Link, new() { Name = "Check out" }).ClickAsync();
        if (await page.Locator("input[name=line1]").CountAsync() > 0)
            await page.FillAddressAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How shall we deliver?" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Review and pay" })).ToBeVisibleAsync();
    }

    public static async Task FillAddressAsync(this IPage page)
    {
        await page.Locator("input[name=name]").FillAsync("Ada Lovelace");
        await page.Locator("input[name=line1]").FillAsync("12 St James's Square");
        await page.Locator("input[name=postalCode]").FillAsync("SW1Y 4JH");
        await page.Locator("input[name=city]").FillAsync("London");
        await page.Locator("select[name=country]").SelectOptionAsync("GB");
    }

    /// <summary>Chooses a test card by its label and presses the button.</summary>
    public static async Task PayAsync(this IPage page, string card = "Card that pays")
    {
        await page.GetByRole(AriaRole.Radio, new() { Name = card }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay ") }).ClickAsync();
    }

    /// <summary>Waits until the page of an order says where it stands, without being loaded again by hand.</summary>
    public static Task ExpectStatusAsync(this IPage page, string status) =>
        Expect(page.Locator("#order .badge").First).ToHaveTextAsync(status, new() { Timeout = 30_000 });
}
