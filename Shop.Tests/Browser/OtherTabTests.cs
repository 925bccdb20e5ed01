using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>What people do in other tabs, and where they come from, spoils nothing.</summary>
[Collection(ShopSystem.Collection)]
public sealed class OtherTabTests(ShopSystem shop, ShopBrowser browser)
{
    [Fact]
    public async Task A_form_goes_on_working_after_its_visitor_has_signed_out_in_another_tab()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var product = await admin.CreateProductAsync(stock: 5);
        var page = await browser.OpenAsync(shop);
        await page.SignInAsNewAsync(shop);
        await page.GotoAsync($"/p/{product}");
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync("/");
        await other.Locator("form[action='/sign-out'] button").ClickAsync();
        await Expect(other.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Add to cart" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("is in your cart");
    }

    [Fact]
    public async Task The_last_of_forty_sign_ins_that_were_begun_succeeds()
    {
        var page = await browser.OpenAsync(shop);
        for (var i = 0; i < 40; i++)
            await page.GotoAsync("/sign-in");

        await page.SignInAsync(await Customer.RegisterOnlyAsync(shop));

        await Expect(page.Locator("form[action='/sign-out']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_comes_by_another_sites_link_is_still_who_they_are_and_their_forms_work()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var product = await admin.CreateProductAsync(stock: 5);
        var page = await browser.OpenAsync(shop);
        await page.SignInAsNewAsync(shop);
        var store = shop.App.GetEndpoint("web", "http").GetLeftPart(UriPartial.Authority);
        await page.RouteAsync("http://elsewhere.test/", route => route.FulfillAsync(new() { ContentType = "text/html", Body = $"<a href='{store}/p/{product}'>A find</a>" }));
        await page.GotoAsync("http://elsewhere.test/");

        await page.GetByRole(AriaRole.Link, new() { Name = "A find" }).ClickAsync();

        await Expect(page.Locator("form[action='/sign-out']")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to cart" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("is in your cart");
    }
}
