using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>People buy, in a browser, from the running system.</summary>
[Collection(ShopSystem.Collection)]
public sealed class PurchaseTests(ShopSystem shop, ShopBrowser browser)
{
    [Fact]
    public async Task Somebody_finds_a_product_buys_it_and_watches_it_turn_paid()
    {
        var page = await browser.OpenAsync(shop);
        await page.GotoAsync("/");
        // Another test fills the catalog with hundreds of kettles.
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Search the shop" }).FillAsync("stovetop kettle");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "Stovetop Kettle" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to cart" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Check out" }).ClickAsync();
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await page.SignInAsync(await Customer.RegisterOnlyAsync(shop));
        await page.FillAddressAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Expect(page.GetByText("Stovetop Kettle")).ToBeVisibleAsync();

        await page.PayAsync();

        await page.ExpectStatusAsync("Paid");
        await page.GotoAsync("/cart");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your cart is empty" })).ToBeVisibleAsync();
        await page.GotoAsync("/account/orders");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Paid");
    }

    [Fact]
    public async Task A_declined_card_keeps_the_cart_and_another_card_pays()
    {
        var page = await AtTheReviewAsync(quantity: 2);
        await page.PayAsync("Card without money");
        await page.ExpectStatusAsync("Declined");
        var declined = page.Url;

        await page.GetByRole(AriaRole.Button, new() { Name = "Try another card" }).ClickAsync();
        await page.PayAsync();

        await page.ExpectStatusAsync("Paid");
        Assert.NotEqual(declined, page.Url);
    }

    [Theory]
    [InlineData("Approve", "Paid")]
    [InlineData("Refuse", "Declined")]
    public async Task A_bank_that_asks_is_answered_and_leads_back(string answer, string status)
    {
        var page = await AtTheReviewAsync();
        await page.PayAsync("Card whose bank asks");

        await page.GetByRole(AriaRole.Link, new() { Name = "Continue at your bank" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = answer }).ClickAsync();

        await page.ExpectStatusAsync(status);
    }

    [Fact]
    public async Task A_bank_on_a_bad_line_needs_nothing_but_time()
    {
        var page = await AtTheReviewAsync();

        await page.PayAsync("Card with a bad line");

        await page.ExpectStatusAsync("Paid");
    }

    [Fact]
    public async Task Whose_bank_never_answers_is_told_so_and_can_cancel()
    {
        var page = await AtTheReviewAsync();
        await page.PayAsync("Card whose bank never answers");
        await Expect(page.Locator("#order")).ToContainTextAsync("charged twice");

        await page.GetByText("Cancel order").First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Yes") }).ClickAsync();

        await page.ExpectStatusAsync("Cancelled");
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_is_one_order()
    {
        var page = await AtTheReviewAsync();
        var review = page.Url;
        await page.PayAsync("Card whose bank never answers");
        var order = page.Url;

        // Back: the browser shows the form as it was; a fresh copy of the page says that it is ordered.
        await page.GotoAsync(review);

        Assert.StartsWith(order, page.Url, StringComparison.Ordinal);
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Already ordered");
    }

    [Fact]
    public async Task The_whole_purchase_works_without_scripts()
    {
        var page = await AtTheReviewAsync(change: options => options.JavaScriptEnabled = false);

        await page.PayAsync();

        await Expect(page.Locator("#order")).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () =>
        {
            await page.ReloadAsync();
            return await page.Locator("#order .badge").First.TextContentAsync() is "Paid";
        }, "the order is paid");
    }

    [Fact]
    public async Task The_whole_purchase_works_by_keyboard_alone()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var product = await admin.CreateProductAsync(stock: 5);
        var page = await browser.OpenAsync(shop);
        await page.GotoAsync($"/p/{product}");

        await PressAsync(page, "form.buy button[type=submit]");
        await PressAsync(page, "a[href='/checkout']");
        await PressAsync(page, "main a[href^='/sign-in']");
        await TypeAsync(page, "input[name=email]", await Customer.RegisterOnlyAsync(shop));
        await TypeAsync(page, "input[name=password]", Customer.Password);
        await page.Keyboard.PressAsync("Enter");
        foreach (var (field, text) in ((string, string)[])[("name", "Ada Lovelace"), ("line1", "12 St James's Square"), ("postalCode", "SW1Y 4JH"), ("city", "London")])
            await TypeAsync(page, $"input[name={field}]", text);
        await page.Keyboard.PressAsync("Enter");
        await PressAsync(page, "form[method=post] > .buttons > button");
        await PressAsync(page, "form:has([name=review]) button[type=submit]");

        await page.ExpectStatusAsync("Paid");
    }

    private static async Task PressAsync(IPage page, string target)
    {
        await TabToAsync(page, target);
        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task TypeAsync(IPage page, string target, string text)
    {
        await TabToAsync(page, target);
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Goes on with the Tab key until it is there.</summary>
    private static async Task TabToAsync(IPage page, string target)
    {
        await Expect(page.Locator(target).First).ToBeVisibleAsync();
        for (var i = 0; i < 150; i++)
        {
            if (await page.EvaluateAsync<bool>("target => document.activeElement?.matches(target) === true", target))
                return;
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"The Tab key does not lead to {target}.");
    }

    private async Task<IPage> AtTheReviewAsync(int quantity = 1, Action<BrowserNewContextOptions>? change = null) =>
        (await browser.AtTheReviewAsync(shop, quantity, change)).Page;
}
