using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shop.Site.Pages;
using Shop.Web.Catalog;

namespace Shop.Tests.Services;

/// <summary>Web as it is, with a stand-in for Product.</summary>
public sealed class StorefrontTests : IAsyncLifetime
{
    /// <summary>Where nobody listens.</summary>
    private const string Issuer = "http://127.0.0.1:9";

    private CatalogStub _product = default!;
    private ServiceFactory<ProductList> _web = default!;
    private HttpClient _browser = default!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _product = await CatalogStub.StartAsync(Cancel);
        _web = new(("services:product:http:0", _product.Address), ("Auth:Issuer", Issuer), ("Auth:Web:Secret", "a secret"));
        _browser = _web.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _web.DisposeAsync();
        await _product.DisposeAsync();
    }

    [Fact]
    public async Task A_list_shows_products_and_categories_and_leads_on()
    {
        var page = await _browser.GetStringAsync("/search", Cancel);

        Assert.Contains($"href=\"/p/{CatalogStub.Kettle}/kettle\"", page, StringComparison.Ordinal);
        Assert.Contains($"src=\"/images/{CatalogStub.Kettle}?v=1\"", page, StringComparison.Ordinal);
        Assert.Contains("39.90", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/c/kitchen\"", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"next\" href=\"/search?after=more\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_front_page_shows_what_is_new_and_an_old_address_of_a_list_still_leads_to_it()
    {
        Assert.Contains($"href=\"/p/{CatalogStub.Kettle}/kettle\"", await _browser.GetStringAsync("/", Cancel), StringComparison.Ordinal);

        Assert.Contains("Results for “kettle”", WebUtility.HtmlDecode(await _browser.GetStringAsync("/?q=kettle", Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_kept_for_a_second_for_those_without_a_cookie_and_in_their_language()
    {
        var english = await GetAsync("/search", ("Accept-Language", "en"));
        var german = await GetAsync("/search", ("Accept-Language", "de"));
        Assert.Contains("lang=\"en\"", english, StringComparison.Ordinal);
        Assert.Contains("lang=\"de\"", german, StringComparison.Ordinal);

        // On a busy machine a second may be over before the next request.
        await Eventually.TrueAsync(async () =>
        {
            var first = await GetAsync("/search", ("Accept-Language", "en"));
            var before = _product.Requests;
            return await GetAsync("/search", ("Accept-Language", "en")) == first && _product.Requests == before;
        }, "a page is kept");
        var asked = _product.Requests;
        await GetAsync("/search", ("Accept-Language", "en"), ("Cookie", "shop-web-cart=none"));
        Assert.True(_product.Requests > asked);
        await Eventually.TrueAsync(async () =>
        {
            var before = _product.Requests;
            await GetAsync("/search", ("Accept-Language", "en"));
            return _product.Requests > before;
        }, "the page is made anew", 3);
    }

    [Theory]
    [InlineData("en", "kit", "Kitchen")]
    [InlineData("de", "küc", "Küche")]
    [InlineData("de", "KUCHE", "Küche")]
    public async Task A_category_is_suggested_by_the_name_that_the_visitor_reads(string language, string text, string name)
    {
        var found = JsonElement.Parse(await GetAsync("/suggest?q=" + Uri.EscapeDataString(text), ("Accept-Language", language))).EnumerateArray().ToList();

        Assert.Equal(name, found[0].GetProperty("name").GetString());
        Assert.Equal("/c/kitchen", found[0].GetProperty("url").GetString());
        Assert.Equal($"/p/{CatalogStub.Kettle}/kettle", found[1].GetProperty("url").GetString());
    }

    [Fact]
    public async Task What_staff_wrote_is_text_and_never_markup()
    {
        var page = await _browser.GetStringAsync($"/p/{CatalogStub.Kettle}", Cancel);

        Assert.Contains("Kettle &lt;b&gt;&amp; Co&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("Only 3 left", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/c/kitchen?q=kettle&sort=-price", HttpStatusCode.OK)]
    [InlineData("/c/nothing", HttpStatusCode.NotFound)]
    [InlineData("/p/01900000-0000-7000-8000-0000000000ff", HttpStatusCode.NotFound)]
    [InlineData("/p/kettle", HttpStatusCode.NotFound)]
    [InlineData("/nothing/here", HttpStatusCode.NotFound)]
    [InlineData("/search?after=bad", HttpStatusCode.BadRequest)]
    [InlineData("/search?q=%00", HttpStatusCode.BadRequest)]
    public async Task Whatever_the_answer_it_is_a_page_of_the_shop_with_nothing_inline(string address, HttpStatusCode status)
    {
        using var response = await _browser.GetAsync(address, Cancel);
        var page = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains("href=\"/c/kitchen\"", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! type=\"(module\" src=\"/|application/ld\\+json\"))", page);
        Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(PageHeaders.ContentSecurityPolicy(new(Issuer)), response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("strict-origin-when-cross-origin", response.Headers.GetValues("Referrer-Policy").Single());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/c/kitchen")]
    [InlineData("/p/01900000-0000-7000-8000-000000000001")]
    [InlineData("/images/01900000-0000-7000-8000-000000000001")]
    public async Task While_Product_is_away_a_friendly_page_says_so(string address)
    {
        _product.Broken = 503;

        using var response = await _browser.GetAsync(address, Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Try again", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_our_own_is_a_page_too_and_tells_nothing_of_the_inside()
    {
        _product.Broken = 200;

        using var response = await _browser.GetAsync("/search", Cancel);
        var page = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("Something went wrong", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_passed_on_to_be_kept_and_may_do_nothing()
    {
        using var response = await _browser.GetAsync($"/images/{CatalogStub.Kettle}?v=1", Cancel);

        Assert.Equal("<svg/>", await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("image/svg+xml", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromDays(365), response.Headers.CacheControl?.MaxAge);
        Assert.Equal("default-src 'none'; sandbox", response.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Fact]
    public async Task A_picture_that_the_browser_has_is_not_sent_again()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/images/{CatalogStub.Kettle}?v=1");
        request.Headers.IfNoneMatch.Add(new("\"1\""));

        using var response = await _browser.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    [Fact]
    public async Task A_page_answers_HEAD()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");

        using var response = await _browser.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Who_wants_to_sign_in_while_Auth_is_away_is_told_so()
    {
        using var response = await _browser.GetAsync("/sign-in", Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains("Try again", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_endpoint_of_ours_says_whether_it_is_public()
    {
        // Blazor's, for enhanced navigation, which is not used; and static files that came after the build.
        string[] frameworks = ["Blazor Opaque Redirection", "Fallback {**path:file}"];

        var closed = _web.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<IAuthorizeData>() is null)
            .Select(endpoint => endpoint.DisplayName);

        Assert.Empty(closed.Except(frameworks));
    }

    [Theory]
    [InlineData("/_framework/opaque-redirect?url=x")]
    [InlineData("/nothing.png")]
    public async Task What_is_not_public_is_not_there(string address)
    {
        using var response = await _browser.GetAsync(address, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory, Trait("security", "39")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb")]
    [InlineData("multipart/form-data", "--x")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16", "a=b")]
    [InlineData("application/json", "{}")]
    [InlineData("application/x-www-form-urlencoded", "fields")]
    [InlineData(";", "a=b")]
    public async Task A_form_that_cannot_be_read_is_refused_on_a_page(string type, string body)
    {
        foreach (var path in (string[])["/sign-out", "/", "/account", "/c/kitchen"])
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body is "fields" ? string.Join('&', Enumerable.Range(0, 1100).Select(i => $"f{i}=x")) : body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);

            using var answer = await _browser.PostAsync(path, content, Cancel);

            Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{path}: {answer.StatusCode}");
            Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains("<html", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact, Trait("security", "42")]
    public async Task A_host_that_is_not_ours_is_refused()
    {
        foreach (var (host, status) in ((string, HttpStatusCode)[])[("evil.test", HttpStatusCode.BadRequest), ("localhost:5100", HttpStatusCode.OK), ("web.dev.localhost", HttpStatusCode.OK), ("127.0.0.1", HttpStatusCode.OK)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = host } };

            Assert.Equal(status, (await _browser.SendAsync(request, Cancel)).StatusCode);
        }
    }

    private async Task<string> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _browser.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }
}
