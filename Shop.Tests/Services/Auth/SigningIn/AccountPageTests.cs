using System.Net;
using System.Text.RegularExpressions;

namespace Shop.Tests.Services.Auth.SigningIn;

/// <summary>The pages on which people see to their own account.</summary>
[Collection<AuthPages>]
public sealed partial class AccountPageTests(AuthService auth)
{
    private const string NewPassword = "a wholly different secret";

    [Fact]
    public async Task Whoever_is_not_signed_in_does_so_first_and_comes_back()
    {
        var page = await auth.NewBrowser().OpenOnlyAsync("/account");
        Assert.Equal(HttpStatusCode.SeeOther, page.Status);
        Assert.Equal("/sign-in", page.Redirect!.AbsolutePath);

        var (_, browser) = await SignedInAsync();
        Assert.Equal(HttpStatusCode.OK, browser.Current.Status);
        Assert.Equal("/account", browser.Current.Address.AbsolutePath);
        Assert.True(browser.Current.Headers.CacheControl?.NoStore);
    }

    [Fact, Trait("security", "6")]
    public async Task A_new_password_ends_the_other_sessions_and_not_this_one()
    {
        var (person, browser) = await SignedInAsync();

        var page = await browser.SubmitOnlyAsync("/account/password", ("current", "not the password at all"), ("new", NewPassword));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("That isn&#x27;t your current password.", page.Html, StringComparison.Ordinal);
        page = await browser.SubmitOnlyAsync("/account/password", ("current", AuthService.Password), ("new", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/password", ("current", AuthService.Password), ("new", NewPassword));
        Assert.Equal(HttpStatusCode.SeeOther, page.Status);

        await person.AssertSignedOutAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenOnlyAsync("/account")).Status);
        await Person.SignInAsync(auth, person.Email, NewPassword);
        Assert.Equal(person.Id, await auth.QueryAsync<Guid>(
            "SELECT actor_id FROM audit WHERE action = 'password.change' AND outcome = 'ok' AND subject = $1", person.Id.ToString()));
    }

    [Fact, Trait("security", "21")]
    public async Task A_form_that_was_made_for_one_is_no_use_to_another()
    {
        var (_, browser) = await SignedInAsync();
        var form = Token().Match(browser.Current.Html).Groups["token"].Value;
        var (person, other) = await SignedInAsync();
        var page = await other.SubmitOnlyAsync("/account/sessions/end-others", ("__RequestVerificationToken", form));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    [Fact]
    public async Task Sessions_are_ended_from_the_page_and_nobody_elses()
    {
        var (person, browser) = await SignedInAsync();
        var stranger = await Person.NewAsync(auth);
        var theirs = (await stranger.GetAsync("/me/sessions")).GetProperty("items")[0].GetProperty("id").GetString()!;
        var page = await browser.SubmitOnlyAsync("/account/sessions/end", ("id", theirs));
        Assert.Equal(HttpStatusCode.SeeOther, page.Status);
        Assert.Equal(HttpStatusCode.OK, (await stranger.SendAsync(HttpMethod.Get, "/me/access")).StatusCode);

        await browser.OpenAsync("/account");
        await browser.SubmitOnlyAsync("/account/sessions/end-others");
        await person.AssertSignedOutAsync();
    }

    [Fact]
    public async Task Codes_are_turned_on_and_off_again()
    {
        var (person, browser) = await SignedInAsync();
        var page = await browser.SubmitOnlyAsync("/account/two-factor", ("password", AuthService.Password));
        var app = new Authenticator(Secret().Match(page.Html).Groups["secret"].Value);

        page = await browser.SubmitOnlyAsync("/account/two-factor/on", ("code", app.WrongCode()));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(app.Secret, Secret().Match(page.Html).Groups["secret"].Value);
        page = await browser.SubmitOnlyAsync("/account/two-factor/on", ("code", app.Code()));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal(10, RecoveryCode().Count(page.Html));
        await person.AssertSignedOutAsync();

        await browser.OpenAsync("/account");
        page = await browser.SubmitOnlyAsync("/account/two-factor/off", ("password", "not the password at all"), ("code", app.Code(1)));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/two-factor/off", ("password", AuthService.Password), ("code", app.WrongCode()));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/two-factor/off", ("password", AuthService.Password), ("code", app.Code(1)));
        Assert.Equal(HttpStatusCode.SeeOther, page.Status);
        await Person.SignInAsync(auth, person.Email);
    }

    [Fact]
    public async Task The_account_is_deleted_with_the_password_and_the_browser_is_nobodys()
    {
        var (person, browser) = await SignedInAsync();
        var page = await browser.SubmitOnlyAsync("/account/delete", ("sure", "yes"), ("password", "not the password at all"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/delete", ("sure", ""), ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/delete", ("sure", "yes"), ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Your account is deleted", page.Html, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.SeeOther, (await browser.OpenOnlyAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(person.Email)).StatusCode);
    }

    [Fact]
    public async Task Recovery_codes_are_made_anew_with_the_password_and_a_code()
    {
        var person = await Person.NewAsync(auth);
        var (app, before) = await Authenticator.TurnOnAsync(person);
        var browser = auth.NewBrowser();
        await browser.OpenAsync("/account");
        await browser.SubmitAsync("/sign-in", ("email", person.Email), ("password", AuthService.Password));
        await browser.SubmitAsync("/sign-in/code", ("code", app.Code()));

        var page = await browser.SubmitOnlyAsync("/account/two-factor/recovery-codes", ("password", "not the password at all"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/two-factor/recovery-codes", ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/two-factor/recovery-codes", ("password", AuthService.Password), ("code", before[1]));
        Assert.Equal(10, RecoveryCode().Count(page.Html));
        Assert.DoesNotContain(before[0], page.Html, StringComparison.Ordinal);
    }

    [Theory, Trait("security", "21")]
    [InlineData("/account/delete")]
    [InlineData("/account/password")]
    [InlineData("/account/sessions/end-others")]
    [InlineData("/account/two-factor")]
    public async Task A_form_that_another_site_made_does_nothing(string form)
    {
        var (person, browser) = await SignedInAsync();
        var page = await browser.SubmitOnlyAsync(form,
            ("__RequestVerificationToken", ""), ("current", AuthService.Password), ("new", NewPassword), ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    /// <summary>Somebody who is signed in with a program and with a browser, which shows their account.</summary>
    private async Task<(Person Person, Browser Browser)> SignedInAsync()
    {
        var (person, browser) = (await Person.NewAsync(auth), auth.NewBrowser());
        await browser.OpenAsync("/account");
        await browser.SubmitAsync("/sign-in", ("email", person.Email), ("password", AuthService.Password));
        return (person, browser);
    }

    [GeneratedRegex("<code id=\"secret\">(?<secret>[A-Z2-7]+)</code>")]
    private static partial Regex Secret();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("<code>[A-Z2-9-]{29}</code>")]
    private static partial Regex RecoveryCode();
}
