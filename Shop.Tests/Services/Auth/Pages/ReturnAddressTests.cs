using System.Net;

namespace Shop.Tests.Services.Auth.Pages;

/// <summary>Where people are sent when they have signed in.</summary>
[Collection<AuthPages>]
public sealed class ReturnAddressTests(AuthService auth)
{
    [Theory]
    [InlineData("/connect/authorize?state=caf\u00E9 \u706F\U0001F600", "/connect/authorize?state=caf%C3%A9%20%E7%81%AF%F0%9F%98%80")]
    [InlineData("/connect/logout?state=%C3%A9", "/connect/logout?state=%C3%A9")]
    [InlineData("/caf\u00E9", "/signed-in")]
    [InlineData("/connect/authorize?a\\b", "/signed-in")]
    [InlineData("//\u00E9vil.test/connect/authorize?", "/signed-in")]
    public async Task An_address_beyond_ascii_is_encoded_and_everybody_is_signed_in(string returnUrl, string goesTo)
    {
        var query = "?returnUrl=" + Uri.EscapeDataString(returnUrl);
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        await browser.OpenAsync("/sign-in" + query);
        var page = await browser.SubmitOnlyAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.Found, page.Status);
        Assert.Equal(goesTo, page.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenOnlyAsync("/account")).Status);

        var newcomer = auth.NewBrowser();
        await newcomer.OpenAsync("/sign-up" + query);
        page = await newcomer.SubmitOnlyAsync("/sign-up", ("email", AuthService.NewEmail()), ("password", AuthService.Password), ("displayName", ""));
        Assert.Equal(goesTo, page.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await newcomer.OpenOnlyAsync("/account")).Status);
    }

    [Fact]
    public async Task Signing_out_where_nobody_is_signed_in_any_more_is_done()
    {
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        await browser.OpenAsync("/account");
        await browser.SubmitAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        await browser.OpenAsync("/sign-out");
        await browser.SubmitAsync("/sign-out");
        // The other tab, with a form that is old.
        await browser.OpenAsync("/sign-out");
        var page = await browser.SubmitOnlyAsync("/sign-out", ("__RequestVerificationToken", "old"));
        Assert.Equal("/signed-out", page.Redirect?.AbsolutePath);
    }

    [Fact]
    public async Task A_password_made_of_the_name_is_refused_on_the_page_as_in_the_api()
    {
        var browser = auth.NewBrowser();
        await browser.OpenAsync("/sign-up");
        var page = await browser.SubmitAsync("/sign-up", ("email", AuthService.NewEmail()), ("displayName", "Bartholomew Featherstone"), ("password", "bartholomew featherstone"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("made of the shop&#x27;s name or yours", page.Html, StringComparison.Ordinal);
    }
}
