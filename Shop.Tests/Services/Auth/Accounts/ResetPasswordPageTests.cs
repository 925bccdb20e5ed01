using System.Net;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>The ways back into an account, in a browser without scripts.</summary>
[Collection<AuthAccounts>]
public sealed class ResetPasswordPageTests(AuthService auth)
{
    private const string Another = "a wholly different secret";

    [Fact]
    public async Task Whoever_forgot_their_password_chooses_another_by_the_link_in_a_mail()
    {
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        var page = await browser.OpenAsync("/sign-in");
        Assert.Contains("href=\"/forgot-password\"", page.Html, StringComparison.Ordinal);
        await browser.OpenAsync("/forgot-password");
        page = await browser.SubmitAsync("/forgot-password", ("email", "nobody"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitAsync("/forgot-password", ("email", email));
        Assert.Equal(HttpStatusCode.OK, page.Status);

        var token = (await auth.Client.MailAsync(email, "new password")).Token();
        page = await browser.OpenAsync("/reset-password?token=" + token);
        Assert.Equal("no-referrer", page.Headers.GetValues("Referrer-Policy").Single());
        page = await browser.SubmitAsync("/reset-password", ("new", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitAsync("/reset-password", ("new", Another));
        Assert.Contains("Your password was changed", page.Html, StringComparison.Ordinal);
        await Person.SignInAsync(auth, email, Another);

        page = await browser.OpenAsync("/reset-password?token=" + token);
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("no longer valid", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_the_link_confirms_nothing_its_button_does()
    {
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        var token = (await auth.Client.MailAsync(email, "confirm")).Token();
        await browser.OpenAsync("/confirm-email?token=" + token);
        var person = await Person.SignInAsync(auth, email);
        Assert.False((await person.GetAsync("/me")).GetProperty("emailVerified").GetBoolean());

        var page = await browser.SubmitAsync("/confirm-email");
        Assert.Contains("Your address is confirmed", page.Html, StringComparison.Ordinal);
        Assert.True((await person.GetAsync("/me")).GetProperty("emailVerified").GetBoolean());
    }

    [Fact]
    public async Task The_account_page_says_whether_the_address_is_confirmed_and_changes_it()
    {
        var (email, wanted, browser) = (await auth.SomebodyAsync(), AuthService.NewEmail(), auth.NewBrowser());
        await browser.OpenAsync("/account");
        var page = await browser.SubmitAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        Assert.Contains("is not confirmed yet", page.Html, StringComparison.Ordinal);

        page = await browser.SubmitAsync("/account/email", ("email", wanted), ("password", "not the password at all"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitAsync("/account/email", ("email", wanted), ("password", AuthService.Password));
        Assert.Contains(wanted, page.Html, StringComparison.Ordinal);
        await browser.OpenAsync("/confirm-email?token=" + (await auth.Client.MailAsync(wanted, "confirm")).Token());
        await browser.SubmitAsync("/confirm-email");

        page = await browser.OpenAsync("/account");
        Assert.Contains(wanted, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("is not confirmed yet", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/forgot-password")]
    [InlineData("/reset-password")]
    [InlineData("/confirm-email")]
    public async Task A_form_that_another_site_made_does_nothing(string path)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = "a@example.org", ["token"] = "x", ["new"] = Another });
        using var response = await auth.Client.PostAsync(path, form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Developers_see_the_mail_on_a_page()
    {
        var email = await auth.SomebodyAsync();
        await auth.Client.MailAsync(email, "confirm");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dev/mail") { Headers = { { "Accept", "text/html,application/xhtml+xml" } } };
        using var response = await auth.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(email, html, StringComparison.Ordinal);
        Assert.Contains("/confirm-email?token=", html, StringComparison.Ordinal);
    }
}
