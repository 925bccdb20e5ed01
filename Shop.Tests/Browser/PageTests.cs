using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>Every page can be used by everybody: axe finds nothing, nothing is wider than the screen. With SHOP_PICTURES a picture of each is kept to be looked at.</summary>
[Collection(ShopSystem.Collection)]
public sealed class PageTests(ShopSystem shop, ShopBrowser browser)
{
    /// <summary>Between them: phone and desk, light and dark, in each language.</summary>
    [Theory]
    [InlineData("en", "desk-light", "phone-dark")]
    [InlineData("de", "phone-light", "desk-dark")]
    public async Task No_page_keeps_anybody_out(string language, params string[] variants)
    {
        var faults = new List<string>();
        var (review, product) = await browser.AtTheReviewAsync(shop);
        var state = await review.Context.StorageStateAsync();
        await review.PayAsync("Card whose bank asks");
        var bank = await review.GetByRole(AriaRole.Link, new() { Name = "Continue at your bank" }).GetAttributeAsync("href");
        var order = new Uri(review.Url).AbsolutePath;
        var auth = shop.App.GetEndpoint("auth", "http").GetLeftPart(UriPartial.Authority);

        var customer = await browser.OpenAsync(shop, options => (options.StorageState, options.Locale) = (state, language));
        await LookAsync(customer, language, variants, faults, ("front", "/"), ("category", "/c/kitchen"), ("search", "/search?q=kettle&inStock=true"),
            ("nothing-found", "/search?q=zzzz"), ("product", $"/p/{product}"), ("cart", $"/cart?added={product}"), ("address", "/checkout/address"),
            ("delivery", "/checkout/delivery"), ("payment", "/checkout/payment"), ("order", order), ("cancel", $"{order}?cancel=1"), ("account", "/account"),
            ("orders", "/account/orders"), ("addresses", "/account/addresses"), ("help", "/help"), ("legal", "/legal"), ("missing", "/nothing/here"), ("security", auth + "/account"), ("sign-out", auth + "/sign-out"),
            ("unknown-client", auth + "/connect/authorize"), ("bank", bank!));
        var visitor = await browser.OpenAsync(shop, options => options.Locale = language);
        await LookAsync(visitor, language, variants, faults, ("empty-cart", "/cart"), ("sign-in", "/sign-in"), ("sign-up", "/sign-up"), ("forgotten", auth + "/forgot-password"));

        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_page_says_everything_in_German_when_the_browser_does_and_keeps_the_language_that_was_chosen()
    {
        var page = await browser.OpenAsync(shop, options => options.Locale = "de-DE");
        await page.GotoAsync("/cart");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Ihr Warenkorb", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Schreibtisch & Büro" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your cart", Exact = true })).ToBeVisibleAsync();
        await page.GotoAsync("/search");
        Assert.Equal("en", await page.Locator("html").GetAttributeAsync("lang"));
    }

    private static async Task LookAsync(IPage page, string language, string[] variants, List<string> faults, params (string Name, string Address)[] pages)
    {
        foreach (var (name, address) in pages)
        {
            await page.GotoAsync(address);
            foreach (var variant in variants)
            {
                // The pages of all variants are the same, but for their words, their colours and their width.
                faults.AddRange(await page.LookAsync($"{name}-{language}-{variant}", variant.StartsWith("phone", StringComparison.Ordinal) ? 320 : 1280,
                    variant.EndsWith("dark", StringComparison.Ordinal) ? ColorScheme.Dark : ColorScheme.Light, whole: language == "en" && variant == variants[0]));
            }
        }
    }
}
