using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Shop.Tests.Services.Auth.SigningIn;

/// <summary>Passkeys: made on the account's page, signed in with on the sign-in page.</summary>
[Collection<AuthPages>]
public sealed partial class PasskeyTests(AuthService auth)
{
    [Fact]
    public async Task A_passkey_stands_for_the_password_and_the_code()
    {
        var person = await Person.NewAsync(auth);
        var (app, _) = await Authenticator.TurnOnAsync(person);
        using var device = new Device();
        await MakeAsync(person, device, app);

        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());
        Assert.Equal(HttpStatusCode.Redirect, (await SignInAsync(browser, device)).Status);

        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(flow.Address(("prompt", "none"))))["code"]);
        Assert.Equal(1L, await auth.QueryAsync<long>(
            "SELECT count(*) FROM audit WHERE action = 'passkey.add' AND outcome = 'ok' AND actor_id = $1 AND detail IS NULL", person.Id));
        Assert.Equal("With a browser, by passkey.", await auth.QueryAsync<string>(
            "SELECT detail FROM audit WHERE action = 'sign-in' AND outcome = 'ok' AND actor_id = $1 ORDER BY at DESC LIMIT 1", person.Id));
        // And again, with the next challenge.
        Assert.Equal(HttpStatusCode.Redirect, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task What_was_signed_once_opens_nothing_again()
    {
        using var device = new Device();
        await MakeAsync(await Person.NewAsync(auth), device);
        var browser = auth.NewBrowser();
        var (options, ticket) = await AskAsync(browser);
        // As passkeys that live on several devices do: they count nothing.
        device.Count = uint.MaxValue;
        var answer = device.Sign(options);

        Assert.Equal(HttpStatusCode.Redirect, (await SendAsync(browser, ticket, answer)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(auth.NewBrowser(), ticket, answer)).Status);
    }

    [Fact]
    public async Task Of_many_at_once_with_one_signature_a_single_one_gets_in()
    {
        using var device = new Device();
        await MakeAsync(await Person.NewAsync(auth), device);
        var (options, ticket) = await AskAsync(auth.NewBrowser());
        device.Count = uint.MaxValue;
        var answer = device.Sign(options);

        var pages = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync(auth.NewBrowser(), ticket, answer)));

        Assert.Single(pages, page => page.Status == HttpStatusCode.Redirect);
        Assert.Equal(5, pages.Count(page => page.Status == HttpStatusCode.Unauthorized));
    }

    [Theory]
    [InlineData("http://localhost.evil.example")]
    [InlineData("https://localhost")]
    [InlineData("http://localhost:8080")]
    public async Task A_signature_for_another_site_opens_nothing(string origin)
    {
        using var device = new Device();
        await MakeAsync(await Person.NewAsync(auth), device);
        device.Origin = origin;
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task A_device_that_does_not_ask_who_uses_it_opens_nothing()
    {
        using var device = new Device();
        await MakeAsync(await Person.NewAsync(auth), device);
        device.AsksWhoItIs = false;
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task A_signature_under_another_challenge_opens_nothing()
    {
        using var device = new Device();
        await MakeAsync(await Person.NewAsync(auth), device);
        var browser = auth.NewBrowser();
        var (options, _) = await AskAsync(browser);
        var (_, ticket) = await AskAsync(browser);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(browser, ticket, device.Sign(options))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(browser, "made up", device.Sign(options))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(browser, ticket, "{\"id\":[[[")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(browser, ticket, new string('x', 100_000))).Status);
    }

    [Fact]
    public async Task A_copy_of_a_device_shows_by_its_counter()
    {
        using var device = new Device();
        await MakeAsync(await Person.NewAsync(auth), device);
        device.Count = 10;
        Assert.Equal(HttpStatusCode.Redirect, (await SignInAsync(auth.NewBrowser(), device)).Status);
        device.Count = 10;
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task A_locked_users_passkey_opens_nothing()
    {
        var person = await Person.NewAsync(auth);
        using var device = new Device();
        await MakeAsync(person, device);
        await auth.QueryAsync<Guid>("UPDATE users SET lockout_end = now() + interval '1 day' WHERE id = $1 RETURNING id", person.Id);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
        Assert.Equal("With a passkey. The account is locked.", await auth.QueryAsync<string>(
            "SELECT detail FROM audit WHERE action = 'sign-in' AND outcome = 'failed' AND subject = $1", person.Id.ToString()));
    }

    [Fact]
    public async Task A_removed_passkey_opens_nothing_and_only_its_owner_removes_it_with_the_password()
    {
        using var device = new Device();
        var browser = await MakeAsync(await Person.NewAsync(auth), device);
        using var others = new Device();
        var stranger = await MakeAsync(await Person.NewAsync(auth), others);

        await stranger.OpenAsync("/account");
        await stranger.SubmitOnlyAsync("/account/passkeys/remove", ("id", device.Id), ("password", AuthService.Password));
        await browser.OpenAsync("/account");
        Assert.Contains(device.Id, browser.Current.Html, StringComparison.Ordinal);
        var page = await browser.SubmitOnlyAsync("/account/passkeys/remove", ("id", device.Id), ("password", "not the password at all"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(HttpStatusCode.Redirect, (await SignInAsync(auth.NewBrowser(), device)).Status);

        page = await browser.SubmitOnlyAsync("/account/passkeys/remove", ("id", device.Id), ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.SeeOther, page.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task Making_one_takes_the_password_and_ones_own_session()
    {
        var browser = await SignedInAsync(await Person.NewAsync(auth));
        var page = await browser.SubmitOnlyAsync("/account/passkeys", ("password", "not the password at all"), ("name", "My device"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        page = await browser.SubmitOnlyAsync("/account/passkeys", ("password", AuthService.Password), ("name", new string('x', 101)));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);

        // Another's ticket and answer, in one's own form.
        using var device = new Device();
        page = await browser.SubmitOnlyAsync("/account/passkeys", ("password", AuthService.Password), ("name", "My device"));
        var ticket = Ticket().Match(page.Html).Groups["ticket"].Value;
        var answer = device.Make(Options(page.Html));
        var stranger = await SignedInAsync(await Person.NewAsync(auth));
        await stranger.SubmitOnlyAsync("/account/passkeys", ("password", AuthService.Password), ("name", "My device"));
        page = await stranger.SubmitOnlyAsync("/account/passkeys/add", ("ticket", WebUtility.HtmlDecode(ticket)), ("answer", answer));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);

        page = await browser.SubmitOnlyAsync("/account/passkeys/add", ("__RequestVerificationToken", ""), ("answer", answer));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task There_are_at_most_twenty()
    {
        var person = await Person.NewAsync(auth);
        using var device = new Device();
        await MakeAsync(person, device);
        await auth.QueryAsync<long>("""
            WITH more AS (
                INSERT INTO user_passkeys (credential_id, user_id, data)
                SELECT uuid_send(gen_random_uuid()), user_id, data FROM user_passkeys, generate_series(1, 19) WHERE user_id = $1 RETURNING 1)
            SELECT count(*) FROM more
            """, person.Id);
        using var further = new Device();
        var browser = await SignedInAsync(person);

        await browser.SubmitOnlyAsync("/account/passkeys", ("password", AuthService.Password), ("name", "My device"));
        var page = await browser.SubmitOnlyAsync("/account/passkeys/add", ("answer", further.Make(Options(browser.Current.Html))));

        Assert.Equal(HttpStatusCode.Conflict, page.Status);
        Assert.Equal(20L, await auth.QueryAsync<long>("SELECT count(*) FROM user_passkeys WHERE user_id = $1", person.Id));
    }

    [Fact]
    public async Task A_deleted_account_leaves_no_passkey()
    {
        var person = await Person.NewAsync(auth);
        using var device = new Device();
        await MakeAsync(person, device);
        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, "/me", new { password = AuthService.Password })).StatusCode);
        Assert.Equal(0L, await auth.QueryAsync<long>("SELECT count(*) FROM user_passkeys WHERE user_id = $1", person.Id));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(auth.NewBrowser(), device)).Status);
    }

    [Fact]
    public async Task The_page_may_run_our_script_and_no_other()
    {
        var browser = auth.NewBrowser();
        var page = await browser.OpenAsync("/sign-in");
        Assert.Contains("script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("src=\"/passkeys.js\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync("/passkeys.js")).Status);
    }

    /// <summary>Makes a passkey on the account's page; returns the browser.</summary>
    private async Task<Browser> MakeAsync(Person person, Device device, Authenticator? app = null)
    {
        var browser = await SignedInAsync(person, app);
        if (app is not null)
        {
            // It lets in without codes, so the password alone does not make one.
            var refused = await browser.SubmitOnlyAsync("/account/passkeys", ("password", AuthService.Password), ("name", "My <device>"));
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        }
        var page = await browser.SubmitOnlyAsync(
            "/account/passkeys", ("password", AuthService.Password), ("name", "My <device>"), ("code", app?.Code(1) ?? ""));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        page = await browser.SubmitOnlyAsync("/account/passkeys/add", ("answer", device.Make(Options(page.Html))));
        Assert.Equal(HttpStatusCode.SeeOther, page.Status);
        await browser.OpenAsync("/account");
        Assert.Contains("My &lt;device&gt;", browser.Current.Html, StringComparison.Ordinal);
        return browser;
    }

    private async Task<Browser> SignedInAsync(Person person, Authenticator? app = null)
    {
        var browser = auth.NewBrowser();
        await browser.OpenAsync("/account");
        await browser.SubmitAsync("/sign-in", ("email", person.Email), ("password", AuthService.Password));
        if (app is not null)
            await browser.SubmitAsync("/sign-in/code", ("code", app.Code()));
        return browser;
    }

    private static async Task<Browser.Page> SignInAsync(Browser browser, Device device)
    {
        var (options, ticket) = await AskAsync(browser);
        return await SendAsync(browser, ticket, device.Sign(options));
    }

    private static async Task<(JsonElement Options, string Ticket)> AskAsync(Browser browser)
    {
        var asked = JsonElement.Parse((await browser.OpenOnlyAsync("/sign-in/passkey")).Html);
        return (asked.GetProperty("options"), asked.GetProperty("ticket").GetString()!);
    }

    private static async Task<Browser.Page> SendAsync(Browser browser, string ticket, string answer)
    {
        await browser.OpenAsync("/sign-in");
        return await browser.SubmitOnlyAsync("/sign-in/passkey", ("ticket", ticket), ("answer", answer));
    }

    private static JsonElement Options(string html) => JsonElement.Parse(WebUtility.HtmlDecode(OptionsOf().Match(html).Groups["options"].Value));

    [GeneratedRegex("data-options=\"(?<options>[^\"]+)\"")]
    private static partial Regex OptionsOf();

    [GeneratedRegex("name=\"ticket\" value=\"(?<ticket>[^\"]+)\"")]
    private static partial Regex Ticket();
}
