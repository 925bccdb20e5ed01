using System.Net.Http.Json;
using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>What staff does in the back office, step by step.</summary>
internal static class BackOffice
{
    /// <summary>A window of the back office, with somebody of the staff signed in.</summary>
    public static async Task<IPage> OpenBackOfficeAsync(this ShopBrowser browser, ShopSystem shop, string email = ShopSystem.AdminEmail, string password = ShopSystem.AdminPassword)
    {
        var page = await browser.OpenAsync(shop, options => options.BaseURL = shop.App.GetEndpoint("admin", "http").GetLeftPart(UriPartial.Authority));
        await page.GotoAsync("/");
        await page.SignInAsync(email, password);
        await Expect(page.Locator("form[action='/sign-out']").First).ToBeVisibleAsync();
        return page;
    }

    /// <summary>The address of somebody new, with exactly these roles.</summary>
    public static async Task<(string Email, Guid Id)> StaffAsync(ShopSystem shop, params string[] roles)
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var email = await Customer.RegisterOnlyAsync(shop);
        using var person = await Customer.SignInAsync(shop, email, Customer.Password);
        var id = (await Customer.GetAsync(person.Auth, "/me")).GetProperty("id").GetGuid();
        await SetRolesAsync(admin, id, roles);
        return (email, id);
    }

    public static async Task SetRolesAsync(Customer admin, Guid id, params string[] roles)
    {
        using var given = await admin.Auth.PutAsJsonAsync($"/users/{id}/roles", new { roles }, TestContext.Current.CancellationToken);
        Assert.True(given.IsSuccessStatusCode);
    }

    /// <summary>Says what was done, or was not.</summary>
    public static Task ExpectSaidAsync(this IPage page, string text) =>
        Expect(page.Locator(".message").Filter(new() { HasText = text }).First).ToBeVisibleAsync();
}
