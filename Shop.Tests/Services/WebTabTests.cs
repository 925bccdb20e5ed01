using System.Net;
using System.Net.Http.Json;
using Shop.Hosting;
using Shop.Tests.Services.Auth;
using Shop.Web.Catalog;

namespace Shop.Tests.Services;

/// <summary>What people do with several tabs, and with the button that goes back, at the storefront with the real Auth.</summary>
public sealed class WebTabTests : IAsyncLifetime
{
    private readonly string _site = $"http://localhost:{LoopbackPort.Free()}";
    private readonly string _email = AuthService.NewEmail();
    private readonly CookieContainer _cookies = new();
    private CatalogStub _product = null!;
    private ListeningAuth _auth = null!;
    private ServiceFactory<ProductList> _web = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _product = await CatalogStub.StartAsync(Cancel);
        _auth = await ListeningAuth.StartAsync(null, ("Auth:Web:Address", _site));
        _web = new(("urls", _site), ("services:product:http:0", _product.Address), ("Auth:Issuer", _auth.Url), ("Auth:Web:Secret", AuthService.WebSecret));
        _web.UseKestrel();
        _web.StartServer();
        (await _auth.Client.PostAsJsonAsync("/register", new { email = _email, password = AuthService.Password, displayName = "Ann" }, Cancel)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _auth.DisposeAsync();
        await _product.DisposeAsync();
    }

    [Fact]
    public async Task Signed_out_in_one_tab_signing_out_in_the_other_is_done()
    {
        var (one, other) = (Tab(), Tab());
        await SignInAsync(one);
        await other.OpenAsync(_site + "/account");
        await one.SubmitAsync("/sign-out");

        var page = await other.SubmitAsync("/sign-out");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal(_site + "/", page.Address.ToString());
    }

    [Fact]
    public async Task The_cookie_of_forms_comes_also_with_a_link_of_another_site()
    {
        var page = await Tab().OpenAsync(_site + "/account");
        Assert.StartsWith(_auth.Url, page.Address.ToString(), StringComparison.Ordinal);
        var tab = Tab();
        await SignInAsync(tab);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, _site + "/account") { Headers = { { "Cookie", _cookies.GetCookieHeader(new(_site)).Replace("shop-web-form", "x", StringComparison.Ordinal) } } };
        using var response = await client.SendAsync(request, Cancel);
        var form = response.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("shop-web-form", StringComparison.Ordinal));
        Assert.Contains("samesite=lax", form, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Back_to_the_form_and_sent_again_the_shopper_is_signed_in()
    {
        var (tab, other) = (Tab(), Tab());
        await tab.OpenAsync(_site + "/account");
        await other.OpenAsync(tab.Current.Address.ToString());
        await tab.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));

        var page = await other.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
        Assert.Equal(_site + "/account", page.Address.ToString());
        Assert.Contains(_email, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_signed_in_and_gets_an_answer_that_nobody_asked_for_stays_who_they_are()
    {
        var tab = Tab();
        await SignInAsync(tab);
        var page = await tab.OpenAsync(_site + "/signin-oidc?code=x&state=y");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Ann", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_many_sign_ins_are_begun_the_last_succeeds()
    {
        var tab = Tab();
        for (var i = 0; i < 60; i++)
            await tab.OpenOnlyAsync(_site + "/sign-in?returnUrl=%2Faccount");
        Assert.InRange(_cookies.GetAllCookies().Count, 1, 12);

        var page = await SignInAsync(tab);
        Assert.Equal(_site + "/account", page.Address.ToString());
        Assert.Contains(_email, page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/caf\u00E9?q=\u706F", "/caf%C3%A9?q=%E7%81%AF")]
    [InlineData("/\u00E9/..//evil.test", "/%C3%A9/..//evil.test")]
    public async Task A_return_address_beyond_ascii_is_come_back_to(string returnUrl, string expected)
    {
        var tab = Tab();
        await tab.OpenAsync(_site + "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl));
        var page = await tab.SubmitOnlyAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
        while (page.Redirect is { } next && page.Address.AbsolutePath != "/signin-oidc")
            page = await tab.OpenOnlyAsync(next.ToString());
        Assert.Equal(expected, page.Headers.Location!.OriginalString);
    }

    private Browser Tab() => new(new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false }));

    private async Task<Browser.Page> SignInAsync(Browser tab)
    {
        await tab.OpenAsync(_site + "/account");
        return await tab.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
    }
}
