using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Tests.Services.Auth.SigningIn;

/// <summary>Signing in with a browser, as the storefront asks for it.</summary>
[Collection<AuthPages>]
public sealed class SignInTests(AuthService auth)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("security", "20")]
    public async Task A_shopper_signs_in_and_the_storefront_gets_tokens()
    {
        var (email, browser, flow) = (await auth.SomebodyAsync(), auth.NewBrowser(), new CodeFlow());

        var page = await browser.OpenAsync(flow.Address());
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("/sign-in", page.Address.AbsolutePath);
        Assert.True(page.Headers.CacheControl?.NoStore);
        Assert.Contains("form-action 'self' http://shop.test", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.OrdinalIgnoreCase);
        Assert.All(page.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase));

        page = await browser.SubmitOnlyAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        Assert.All(page.Headers.GetValues("Set-Cookie"), cookie =>
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        });
        Assert.Equal(1, await auth.QueryAsync<long>(
            "SELECT count(*) FROM audit WHERE action = 'sign-in' AND outcome = 'ok' AND actor_email = $1", email.ToUpperInvariant()));
        var answer = CodeFlow.Answer(await browser.OpenOnlyAsync(page.Redirect!.ToString()));
        Assert.Equal("the state", answer["state"]);

        var tokens = await HttpAssert.JsonAsync(await flow.ExchangeAsync(auth.Client, answer["code"]!), HttpStatusCode.OK);
        var identity = JsonElement.Parse(Base64UrlEncoder.Decode(tokens.GetProperty("id_token").GetString()!.Split('.')[1]));
        Assert.Equal("the nonce", identity.GetProperty("nonce").GetString());
        Assert.Equal("shop-web", identity.GetProperty("aud").GetString());
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(identity.GetProperty("auth_time").GetInt64()), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        Assert.False(identity.TryGetProperty("permission", out _));

        var access = tokens.GetProperty("access_token").GetString()!;
        Assert.Equal(email, (await HttpAssert.JsonAsync(await auth.SendAsync(HttpMethod.Get, "/me", access), HttpStatusCode.OK)).GetProperty("email").GetString());
        var about = await HttpAssert.JsonAsync(await auth.SendAsync(HttpMethod.Get, "/connect/userinfo", access), HttpStatusCode.OK);
        Assert.Equal(email, about.GetProperty("email").GetString());
        Assert.Equal(identity.GetProperty("sub").GetString(), about.GetProperty("sub").GetString());

        await HttpAssert.JsonAsync(await CodeFlow.RefreshAsync(auth.Client, tokens.GetProperty("refresh_token").GetString()!), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_signed_in_is_not_asked_again()
    {
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());
        await flow.CodeAsync(browser, await auth.SomebodyAsync());

        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(flow.Address()))["code"]);
        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(flow.Address(("prompt", "none"))))["code"]);
        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(flow.Address(("max_age", "3600"))))["code"]);
    }

    [Fact]
    public async Task Who_is_to_sign_in_again_is_asked()
    {
        var (email, browser, flow) = (await auth.SomebodyAsync(), auth.NewBrowser(), new CodeFlow());
        await flow.CodeAsync(browser, email);

        var page = await browser.OpenAsync(flow.Address(("prompt", "login")));
        Assert.Equal("/sign-in", page.Address.AbsolutePath);
        page = await browser.SubmitOnlyAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(page.Redirect!.ToString()))["code"]);
    }

    [Fact]
    public async Task Who_may_not_be_asked_and_is_not_signed_in_gets_no_code() =>
        Assert.Equal("login_required", CodeFlow.Answer(await auth.NewBrowser().OpenOnlyAsync(new CodeFlow().Address(("prompt", "none"))))["error"]);

    [Fact]
    [Trait("security", "8")]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_page()
    {
        var email = await auth.SomebodyAsync();
        Assert.Equal(await PageAsync(email), await PageAsync(AuthService.NewEmail()));

        async Task<string> PageAsync(string user)
        {
            var browser = auth.NewBrowser();
            await browser.OpenAsync(new CodeFlow().Address());
            var page = await browser.SubmitAsync("/sign-in", ("email", user), ("password", "not the password at all"));
            Assert.Equal(HttpStatusCode.Unauthorized, page.Status);
            Assert.Contains("The e-mail address or the password isn&#x27;t right.", page.Html, StringComparison.Ordinal);
            return System.Text.RegularExpressions.Regex.Replace(page.Html.Replace(user, "", StringComparison.Ordinal), "(?<=value=\"|code_challenge[^&]*)[\\w%-]+", "");
        }
    }

    [Fact]
    [Trait("security", "9")]
    public async Task Wrong_passwords_are_slowed_down_on_the_page_too()
    {
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        await browser.OpenAsync("/sign-in");
        await Eventually.TrueAsync(async () =>
        {
            var page = await browser.SubmitAsync("/sign-in", ("email", email), ("password", "not the password at all"));
            return page.Status is HttpStatusCode.TooManyRequests && page.Headers.RetryAfter is not null
                && page.Html.Contains("Please try again in a minute.", StringComparison.Ordinal);
        }, "a page that says so");
    }

    [Fact]
    public async Task A_form_without_its_token_is_not_taken()
    {
        using var form = new FormUrlEncodedContent([new("email", await auth.SomebodyAsync()), new("password", AuthService.Password)]);
        var response = await auth.Client.PostAsync("/sign-in", form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Please try again", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.test/connect/authorize?x")]
    [InlineData("//evil.test/connect/authorize?x")]
    [InlineData("/\\evil.test")]
    [InlineData("/connect/authorize.evil")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_elsewhere_after_signing_in(string returnUrl)
    {
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        await browser.OpenAsync("/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl));
        var page = await browser.SubmitOnlyAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        Assert.Equal("/signed-in", page.Redirect?.AbsolutePath);
    }

    [Fact]
    public async Task A_newcomer_makes_an_account_on_the_way_and_is_signed_in()
    {
        var (email, browser) = (AuthService.NewEmail(), auth.NewBrowser());
        var page = await browser.OpenAsync(new CodeFlow().Address());
        await browser.OpenAsync(System.Text.RegularExpressions.Regex.Match(page.Html, "href=\"(/sign-up[^\"]*)\"").Groups[1].Value);

        page = await browser.SubmitAsync("/sign-up", ("email", "nobody"), ("displayName", ""), ("password", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("Must be an e-mail address", page.Html, StringComparison.Ordinal);
        Assert.Contains("Must have at least 15 characters.", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"short\"", page.Html, StringComparison.Ordinal);

        page = await browser.SubmitOnlyAsync("/sign-up", ("email", email), ("displayName", "Ann <b>"), ("password", AuthService.Password));
        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(page.Redirect!.ToString()))["code"]);

        browser = auth.NewBrowser();
        await browser.OpenAsync("/sign-up");
        page = await browser.SubmitAsync("/sign-up", ("email", email), ("displayName", ""), ("password", AuthService.Password));
        Assert.Equal(HttpStatusCode.Conflict, page.Status);
    }
}
