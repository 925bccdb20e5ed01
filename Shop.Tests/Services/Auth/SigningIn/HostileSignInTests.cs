using System.Net;

namespace Shop.Tests.Services.Auth.SigningIn;

/// <summary>Requests that a client of ours would not make, and clients that are not ours.</summary>
[Collection<AuthPages>]
public sealed class HostileSignInTests(AuthService auth)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("security", "20")]
    [InlineData("redirect_uri", "http://evil.test/signin-oidc")]
    [InlineData("redirect_uri", "http://shop.test/signin-oidc/")]
    [InlineData("redirect_uri", "http://shop.test/signin-oidc?more")]
    [InlineData("redirect_uri", "http://shop.test:81/signin-oidc")]
    [InlineData("redirect_uri", "http://shop.test/")]
    [InlineData("redirect_uri", "")]
    [InlineData("client_id", "stranger")]
    [InlineData("client_id", "")]
    [InlineData("client_id", "stock-robot")]
    public async Task Nobody_is_sent_to_where_no_client_is(string parameter, string value)
    {
        var page = await auth.NewBrowser().OpenOnlyAsync(new CodeFlow().Address((parameter, value)));

        Assert.Null(page.Redirect);
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
    }

    [Theory]
    [Trait("security", "20")]
    [InlineData("code_challenge", "", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", "", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "id_token token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("scope", "openid root", "invalid_scope")]
    public async Task A_client_that_asks_wrongly_gets_an_error_and_no_code(string parameter, string value, string error)
    {
        var page = await auth.NewBrowser().OpenOnlyAsync(new CodeFlow().Address((parameter, value)));

        // At the client, which is known by then.
        Assert.StartsWith(CodeFlow.Callback, page.Redirect?.ToString(), StringComparison.Ordinal);
        Assert.Contains("error=" + error, page.Redirect!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("code=", page.Redirect!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_secret", "a wrong secret", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("client_secret", "", HttpStatusCode.Unauthorized, "invalid_client")]
    [InlineData("code_verifier", "0123456789012345678901234567890123456789012", HttpStatusCode.BadRequest, "invalid_grant")]
    [InlineData("code_verifier", "", HttpStatusCode.BadRequest, "invalid_request")]
    [InlineData("redirect_uri", "http://shop.test/elsewhere", HttpStatusCode.BadRequest, "invalid_grant")]
    public async Task A_code_is_for_who_asked_for_it(string field, string value, HttpStatusCode status, string error)
    {
        var flow = new CodeFlow();
        var code = await flow.CodeAsync(auth.NewBrowser(), await auth.SomebodyAsync());
        await RefusedAsync(await flow.ExchangeAsync(auth.Client, code, (field, value)), status, error);
    }

    [Fact]
    [Trait("security", "20")]
    public async Task A_code_used_twice_ends_what_it_gave()
    {
        var flow = new CodeFlow();
        var code = await flow.CodeAsync(auth.NewBrowser(), await auth.SomebodyAsync());
        var tokens = await HttpAssert.JsonAsync(await flow.ExchangeAsync(auth.Client, code), HttpStatusCode.OK);

        await RefusedAsync(await flow.ExchangeAsync(auth.Client, code), HttpStatusCode.BadRequest, "invalid_grant");

        await RefusedAsync(await CodeFlow.RefreshAsync(auth.Client, tokens.GetProperty("refresh_token").GetString()!), HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Fact]
    public async Task Of_simultaneous_exchanges_of_one_code_one_succeeds_at_most_and_the_session_ends()
    {
        var flow = new CodeFlow();
        var code = await flow.CodeAsync(auth.NewBrowser(), await auth.SomebodyAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => flow.ExchangeAsync(auth.Client, code)));

        var winner = Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        var refresh = (await HttpAssert.JsonAsync(winner, HttpStatusCode.OK)).GetProperty("refresh_token").GetString()!;
        await RefusedAsync(await CodeFlow.RefreshAsync(auth.Client, refresh), HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Fact]
    public async Task A_refresh_token_is_no_use_to_another_client()
    {
        var tokens = await CodeFlow.TokensAsync(auth, auth.NewBrowser(), await auth.SomebodyAsync());
        await RefusedAsync(await auth.RefreshAsync(tokens.GetProperty("refresh_token").GetString()!), HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Fact]
    [Trait("security", "18")]
    public async Task Signing_out_ends_the_cookie_and_the_refresh_tokens()
    {
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());
        var code = await flow.CodeAsync(browser, await auth.SomebodyAsync());
        var tokens = await HttpAssert.JsonAsync(await flow.ExchangeAsync(auth.Client, code), HttpStatusCode.OK);
        var hint = tokens.GetProperty("id_token").GetString()!;

        // Elsewhere than where the client is, nobody is sent even then.
        var page = await browser.OpenOnlyAsync(LogoutAddress(hint, "http://evil.test/"));
        Assert.Null(page.Redirect);

        page = await browser.OpenOnlyAsync(LogoutAddress(hint, CodeFlow.SignedOut));
        Assert.Equal(CodeFlow.SignedOut, page.Redirect?.GetLeftPart(UriPartial.Path));
        await RefusedAsync(await CodeFlow.RefreshAsync(auth.Client, tokens.GetProperty("refresh_token").GetString()!), HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal("/sign-in", (await browser.OpenAsync(flow.Address())).Address.AbsolutePath);

        // Again: nothing more to end, and no error.
        page = await browser.OpenOnlyAsync(LogoutAddress(hint, CodeFlow.SignedOut));
        Assert.Equal(CodeFlow.SignedOut, page.Redirect?.GetLeftPart(UriPartial.Path));
    }

    [Fact]
    public async Task A_mere_link_signs_nobody_out_unasked()
    {
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());
        await flow.CodeAsync(browser, await auth.SomebodyAsync());

        var page = await browser.OpenAsync("/connect/logout?client_id=shop-web&post_logout_redirect_uri=" + Uri.EscapeDataString(CodeFlow.SignedOut));
        Assert.Equal("/sign-out", page.Address.AbsolutePath);
        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(flow.Address()))["code"]);

        await browser.OpenAsync(page.Address.PathAndQuery);
        page = await browser.SubmitOnlyAsync("/sign-out");
        page = await browser.OpenOnlyAsync(page.Redirect!.ToString());
        Assert.Equal(CodeFlow.SignedOut, page.Redirect?.GetLeftPart(UriPartial.Path));
        Assert.Equal("/sign-in", (await browser.OpenAsync(flow.Address())).Address.AbsolutePath);
    }

    [Fact]
    public async Task A_program_has_the_permissions_that_it_was_given_and_is_no_user()
    {
        var answer = await HttpAssert.JsonAsync(await auth.TokenAsync(("grant_type", "client_credentials"), ("client_id", "stock-robot"),
            ("client_secret", AuthService.MachineSecret)), HttpStatusCode.OK);
        Assert.False(answer.TryGetProperty("refresh_token", out _));
        var token = answer.GetProperty("access_token").GetString()!;
        var claims = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token);
        Assert.Equal("stock-robot", claims.Subject);
        Assert.Equal("catalog.write", claims.GetClaim("permission").Value);
        Assert.Equal("at+jwt", claims.Typ);

        await HttpAssert.ProblemAsync(await auth.SendAsync(HttpMethod.Get, "/me", token), HttpStatusCode.Forbidden, "forbidden");
        var about = await auth.SendAsync(HttpMethod.Get, "/connect/userinfo", token);
        Assert.Equal(HttpStatusCode.Unauthorized, about.StatusCode);

        await RefusedAsync(await auth.TokenAsync(("grant_type", "client_credentials"), ("client_id", "stock-robot"), ("client_secret", "wrong")),
            HttpStatusCode.Unauthorized, "invalid_client");
        await RefusedAsync(await auth.TokenAsync(("grant_type", "client_credentials"), ("client_id", "shop-web"), ("client_secret", AuthService.WebSecret)),
            HttpStatusCode.BadRequest, "unauthorized_client");
        await RefusedAsync(await auth.TokenAsync(("grant_type", "client_credentials")), HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task About_the_user_only_their_token_tells()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await auth.Client.GetAsync("/connect/userinfo", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await auth.SendAsync(HttpMethod.Get, "/connect/userinfo", "abc.def.ghi")).StatusCode);
    }

    private static string LogoutAddress(string hint, string back) =>
        $"/connect/logout?id_token_hint={hint}&post_logout_redirect_uri={Uri.EscapeDataString(back)}&state=x";

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode status, string error)
    {
        var answer = await HttpAssert.JsonAsync(response, status);
        Assert.Equal(error, answer.GetProperty("error").GetString());
    }
}
