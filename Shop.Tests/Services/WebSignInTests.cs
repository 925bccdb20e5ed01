using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Shop.Hosting;
using Shop.Tests.Services.Auth;
using Shop.Web.Catalog;

namespace Shop.Tests.Services;

/// <summary>Signing in at the storefront, with the real Auth.</summary>
[Trait("security", "21")]
public sealed class WebSignInTests : IAsyncLifetime
{
    private readonly string _site = $"http://localhost:{LoopbackPort.Free()}";
    private readonly string _email = AuthService.NewEmail();
    private readonly Clock _clock = new();
    private CatalogStub _product = null!;
    private ListeningAuth _auth = null!;
    private ServiceFactory<ProductList> _web = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _product = await CatalogStub.StartAsync(Cancel);
        _auth = await ListeningAuth.StartAsync(null, ("Auth:Web:Address", _site));
        _web = new(("urls", _site), ("services:product:http:0", _product.Address), ("Auth:Issuer", _auth.Url), ("Auth:Web:Secret", AuthService.WebSecret));
        var web = _web.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(_clock)));
        web.UseKestrel();
        web.StartServer();
        (await _auth.Client.PostAsJsonAsync("/register", new { email = _email, password = AuthService.Password, displayName = "Ann <b>" }, Cancel)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _auth.DisposeAsync();
        await _product.DisposeAsync();
    }

    [Fact]
    public async Task A_shopper_signs_in_sees_their_account_and_signs_out()
    {
        var (browser, cookies) = NewBrowser();
        var page = await browser.OpenAsync(_site + "/c/kitchen");
        Assert.Contains("Sign in", page.Html, StringComparison.Ordinal);

        await browser.OpenAsync(Regex.Match(page.Html, "href=\"(/sign-in[^\"]*)\"").Groups[1].Value);
        page = await browser.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
        Assert.Equal(_site + "/c/kitchen", page.Address.ToString());
        Assert.Contains("Ann &lt;b&gt;", page.Html, StringComparison.Ordinal);
        Assert.True(page.Headers.CacheControl?.NoStore);
        Assert.All(cookies.GetAllCookies().Where(cookie => cookie.Name.Contains("shop-", StringComparison.Ordinal)), cookie => Assert.True(cookie.HttpOnly));

        page = await browser.OpenAsync(_site + "/account");
        Assert.Contains(_email, page.Html, StringComparison.Ordinal);
        Assert.Contains("customer", page.Html, StringComparison.Ordinal);
        // Tokens are JWTs or handles of Auth; none is in a page, nor readable in a cookie.
        Assert.DoesNotContain("eyJ", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(cookies.GetAllCookies(), cookie => cookie.Value.Contains("eyJ", StringComparison.Ordinal));

        page = await browser.SubmitAsync("/sign-out");
        Assert.Equal(_site + "/", page.Address.ToString());
        Assert.DoesNotContain("Ann", page.Html, StringComparison.Ordinal);
        // Signed out of Auth as well: whoever comes next at this browser is asked.
        page = await browser.OpenAsync(_site + "/account");
        Assert.StartsWith(_auth.Url + "/sign-in", page.Address.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_needs_a_sign_in_leads_there_and_back()
    {
        var (browser, _) = NewBrowser();
        await browser.OpenAsync(_site + "/account");
        var page = await browser.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
        Assert.Equal(_site + "/account", page.Address.ToString());
        Assert.Equal(HttpStatusCode.OK, page.Status);
    }

    [Fact]
    public async Task Nobody_is_signed_out_by_a_form_of_another_site()
    {
        var (browser, cookies) = NewBrowser();
        await browser.OpenAsync(_site + "/account");
        await browser.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));

        using var stranger = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([]);
        using var response = await stranger.PostAsync(_site + "/sign-out", form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(_email, (await browser.OpenAsync(_site + "/account")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_refreshed_once_however_many_pages_are_opened_together()
    {
        var (browser, cookies) = NewBrowser();
        await browser.OpenAsync(_site + "/account");
        await browser.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));

        for (var round = 0; round < 2; round++)
        {
            _clock.Offset += TimeSpan.FromMinutes(9.5);
            var pages = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
            {
                using var tab = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false });
                return await tab.GetStringAsync(_site + "/account", Cancel);
            }));
            Assert.All(pages, page => Assert.Contains(_email, page, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_session_that_has_ended_at_Auth_ends_here_at_the_next_refresh()
    {
        var (browser, _) = NewBrowser();
        await browser.OpenAsync(_site + "/account");
        await browser.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
        await browser.OpenAsync(_auth.Url + "/sign-out");
        await browser.SubmitAsync("/sign-out");

        _clock.Offset = TimeSpan.FromMinutes(9.5);
        var page = await browser.OpenAsync(_site + "/");
        Assert.DoesNotContain("Ann", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.test/")]
    [InlineData("//evil.test/")]
    [InlineData("/\\evil.test/")]
    public async Task Nobody_is_sent_elsewhere_after_signing_in(string returnUrl)
    {
        var (browser, _) = NewBrowser();
        await browser.OpenAsync(_site + "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl));
        var page = await browser.SubmitAsync("/sign-in", ("email", _email), ("password", AuthService.Password));
        Assert.Equal(_site + "/", page.Address.ToString());
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_signs_nobody_in()
    {
        var (browser, _) = NewBrowser();
        var page = await browser.OpenAsync(_site + "/signin-oidc?code=x&state=y");
        Assert.Equal("/sign-in-failed", page.Address.AbsolutePath);
        Assert.Contains("You are not signed in", page.Html, StringComparison.Ordinal);
    }

    private static (Browser, CookieContainer) NewBrowser()
    {
        var cookies = new CookieContainer();
        return (new(new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false })), cookies);
    }

    /// <summary>The real time and a difference; timers are real.</summary>
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
