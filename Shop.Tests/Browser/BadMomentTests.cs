using System.Net.Http.Json;
using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>What people are told when something gets between them and their order.</summary>
[Collection(ShopSystem.Collection)]
public sealed class BadMomentTests(ShopSystem shop, ShopBrowser browser)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_price_that_has_changed_since_the_review_has_to_be_agreed_to()
    {
        var (page, product) = await browser.AtTheReviewAsync(shop);
        await ChangeAsync(product, price: 25m);

        await page.PayAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("A price has changed");
        await Expect(page.Locator("del").First).ToHaveTextAsync("€19.99");

        await page.GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.PayAsync();
        await page.ExpectStatusAsync("Paid");
        await Expect(page.Locator(".sum.total")).ToContainTextAsync("€29.90");
    }

    [Fact]
    public async Task What_sold_out_at_the_last_moment_is_named_and_what_is_left_can_be_taken()
    {
        var (page, product) = await browser.AtTheReviewAsync(shop, quantity: 3);
        await TakeAsync(product, 3);

        await page.PayAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody was faster");
        await Expect(page.Locator(".lines .error")).ToHaveTextAsync("Only 2 left");

        await page.GetByRole(AriaRole.Button, new() { Name = "Take 2" }).ClickAsync();
        await page.PayAsync();
        await page.ExpectStatusAsync("Paid");
    }

    [Fact]
    public async Task While_Product_is_down_the_review_keeps_what_was_chosen_and_its_key_and_then_orders_once()
    {
        var (page, _) = await browser.AtTheReviewAsync(shop);
        var key = await page.Locator("input[name=key]").InputValueAsync();
        await shop.CommandAsync("product", "resource-stop");
        try
        {
            await page.PayAsync("Card that pays");
            await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("press the button again", new() { Timeout = 40_000, IgnoreCase = true });
            Assert.Equal(key, await page.Locator("input[name=key]").InputValueAsync());
        }
        finally
        {
            await shop.CommandAsync("product", "resource-start");
            await shop.Notifications.WaitForResourceHealthyAsync("product", Cancel);
        }

        // Web may need some seconds to believe that Product is back.
        await Eventually.TrueAsync(async () =>
        {
            await page.GotoAsync("/checkout/payment");
            return await page.Locator("input[name=key]").CountAsync() > 0;
        }, "the review can be seen again");
        Assert.Equal(key, await page.Locator("input[name=key]").InputValueAsync());
        await page.PayAsync();

        await page.ExpectStatusAsync("Paid");
        await page.GotoAsync("/account/orders");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_cart_survives_that_Product_is_down_for_visitors_and_for_customers()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var product = await admin.CreateProductAsync(stock: 5);
        var page = await browser.OpenAsync(shop);
        await page.AddToCartAsync(product, 2);
        await page.SignInAsNewAsync(shop);
        await page.GotoAsync("/cart");

        await Expect(page.GetByLabel("Quantity")).ToHaveValueAsync("2");
        await Expect(page.Locator(".cart-link")).ToContainTextAsync("2");
    }

    [Fact]
    public async Task Back_after_paying_and_the_same_form_once_more_is_the_same_order()
    {
        var (page, _) = await browser.AtTheReviewAsync(shop);
        var form = await page.EvaluateAsync<string>("() => new URLSearchParams(new FormData(document.querySelector('form[action*=payment], form:has([name=review])'))).toString()");
        await page.PayAsync();
        await page.ExpectStatusAsync("Paid");
        var order = page.Url;

        // What a browser sends that shows the page from before.
        var again = await page.EvaluateAsync<string>("async body => (await fetch('/checkout/payment', { method: 'POST', body: new URLSearchParams(body) })).url", form);

        Assert.StartsWith(order, again, StringComparison.Ordinal);
        await page.GotoAsync("/account/orders");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_session_that_ended_in_the_middle_leads_to_the_sign_in_and_back_to_the_review()
    {
        var (page, _) = await browser.AtTheReviewAsync(shop);
        var key = await page.Locator("input[name=key]").InputValueAsync();
        var cookies = await page.Context.CookiesAsync();
        await page.Context.ClearCookiesAsync();
        await page.Context.AddCookiesAsync([.. cookies.Where(cookie => !cookie.Name.EndsWith("-session", StringComparison.Ordinal)).Select(cookie => new Cookie
        {
            Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, HttpOnly = cookie.HttpOnly, SameSite = cookie.SameSite, Expires = cookie.Expires,
        })]);

        await page.PayAsync();
        // Auth may know the browser still, and sends it back at once.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Review and pay" }).Or(page.Locator("input[name=password]")).First).ToBeVisibleAsync();

        Assert.Equal(0, await page.Locator("#order").CountAsync());
        if (await page.Locator("input[name=key]").CountAsync() > 0)
            Assert.Equal(key, await page.Locator("input[name=key]").InputValueAsync());
    }

    [Fact]
    public async Task A_form_that_another_site_sends_is_refused_on_a_page()
    {
        using var web = shop.App.CreateHttpClient("web", "http");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/cart/items") { Content = new FormUrlEncodedContent([new("productId", Guid.NewGuid().ToString()), new("quantity", "1")]) };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        using var answer = await web.SendAsync(request, Cancel);

        Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("We could not accept that form", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task ChangeAsync(Guid product, decimal price)
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var now = await Customer.GetAsync(admin.Product, $"/products/{product}");
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/products/{product}")
        {
            Content = JsonContent.Create(new
            {
                name = now.GetProperty("name").GetString(),
                category = now.GetProperty("category").GetString(),
                price = new { amount = price, currency = "EUR" },
            }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        (await admin.Product.SendAsync(request, Cancel)).EnsureSuccessStatusCode();
    }

    private async Task TakeAsync(Guid product, int pieces)
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        (await admin.Product.PostAsJsonAsync($"/products/{product}/stock", new { change = -pieces }, Cancel)).EnsureSuccessStatusCode();
    }
}
