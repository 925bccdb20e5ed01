using System.Net;

namespace Shop.Tests.Services.Auth.SigningIn;

/// <summary>The second factor, on the pages.</summary>
[Collection<AuthPages>]
public sealed class TwoFactorPageTests(AuthService auth)
{
    [Fact]
    public async Task The_page_asks_for_a_code_and_lets_nobody_in_before()
    {
        var person = await Person.NewAsync(auth);
        var (app, _) = await Authenticator.TurnOnAsync(person);
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());

        var page = await PasswordAsync(browser, flow, person);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.True(page.Headers.CacheControl?.NoStore);
        Assert.Equal("login_required", CodeFlow.Answer(await browser.OpenOnlyAsync(flow.Address(("prompt", "none"))))["error"]);

        await PasswordAsync(browser, flow, person);
        page = await browser.SubmitOnlyAsync("/sign-in/code", ("code", app.WrongCode()));
        Assert.Equal(HttpStatusCode.Unauthorized, page.Status);
        Assert.Contains("the right code", page.Html, StringComparison.Ordinal);
        var code = app.Code();
        page = await browser.SubmitOnlyAsync("/sign-in/code", ("code", code));
        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(page.Redirect!.ToString()))["code"]);

        // The same code, in another browser.
        var other = auth.NewBrowser();
        await PasswordAsync(other, flow, person);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.SubmitOnlyAsync("/sign-in/code", ("code", code))).Status);
    }

    [Fact]
    public async Task The_page_takes_a_recovery_code()
    {
        var person = await Person.NewAsync(auth);
        var (_, codes) = await Authenticator.TurnOnAsync(person);
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());

        await PasswordAsync(browser, flow, person);
        var page = await browser.SubmitOnlyAsync("/sign-in/code", ("code", codes[0]));

        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(page.Redirect!.ToString()))["code"]);
    }

    [Fact]
    public async Task Without_the_password_a_code_is_nothing()
    {
        var person = await Person.NewAsync(auth);
        var (app, _) = await Authenticator.TurnOnAsync(person);
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());

        await PasswordAsync(browser, flow, person);
        var page = await browser.SubmitOnlyAsync("/sign-in/code", ("code", app.Code()), ("ticket", "made up"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);

        // Nor with one that is another by now.
        await PasswordAsync(browser, flow, person);
        var changed = await person.SendAsync(HttpMethod.Put, "/me/password", new { current = AuthService.Password, @new = "a wholly different secret" });
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        page = await browser.SubmitOnlyAsync("/sign-in/code", ("code", app.Code(1)));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
    }

    [Fact, Trait("security", "9")]
    public async Task Wrong_codes_are_slowed_down_on_the_page_too()
    {
        var person = await Person.NewAsync(auth);
        var (app, _) = await Authenticator.TurnOnAsync(person);
        var browser = auth.NewBrowser();
        await PasswordAsync(browser, new CodeFlow(), person);

        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SubmitOnlyAsync("/sign-in/code", ("code", app.WrongCode()))).Status);

        var page = await browser.SubmitOnlyAsync("/sign-in/code", ("code", app.Code()));
        Assert.Equal(HttpStatusCode.TooManyRequests, page.Status);
        Assert.NotNull(page.Headers.RetryAfter);
    }

    private static async Task<Browser.Page> PasswordAsync(Browser browser, CodeFlow flow, Person person)
    {
        await browser.OpenAsync(flow.Address());
        return await browser.SubmitOnlyAsync("/sign-in", ("email", person.Email), ("password", AuthService.Password));
    }
}
