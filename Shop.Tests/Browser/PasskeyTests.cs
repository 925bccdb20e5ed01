using Microsoft.Playwright;
using Shop.Tests.Distributed;
using static Microsoft.Playwright.Assertions;

namespace Shop.Tests.Browser;

/// <summary>Signing in with a passkey of a device that Chromium imitates: the cryptography and the pages are the real ones.</summary>
[Collection(ShopSystem.Collection)]
public sealed class PasskeyTests(ShopSystem shop, ShopBrowser browser)
{
    [Fact]
    public async Task Somebody_makes_a_passkey_and_signs_in_with_it_and_without_a_password()
    {
        var page = await browser.OpenAsync(shop);
        await AddDeviceAsync(page);
        await page.SignInAsNewAsync(shop);
        await page.GotoAsync("/account");
        await page.GotoAsync($"{AuthAddress}/account");

        await page.Locator("#passkey-name").FillAsync("My phone");
        await page.Locator("#passkey-password").FillAsync(Customer.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create a passkey" }).ClickAsync();
        // The page that talks to the device.
        await page.Locator("form[data-passkey=make] button").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("My phone");

        // Nothing but the device remembers who this was.
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync("/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Expect(page.Locator("form[action='/sign-out']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_device_without_a_passkey_is_told_that_it_did_not_work_and_the_password_still_does()
    {
        var page = await browser.OpenAsync(shop);
        await AddDeviceAsync(page);
        await page.GotoAsync("/sign-in");

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();

        await Expect(page.Locator("form[data-passkey=sign] .error")).ToHaveTextAsync("That did not work. Please try again.");
        await page.SignInAsync(await Customer.RegisterOnlyAsync(shop));
        await Expect(page.Locator("form[action='/sign-out']")).ToBeVisibleAsync();
    }

    private string AuthAddress => shop.App.GetEndpoint("auth", "http").GetLeftPart(UriPartial.Authority);

    private static async Task AddDeviceAsync(IPage page)
    {
        var devtools = await page.Context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
