using System.Net;
using System.Net.Http.Headers;

namespace Shop.Tests.Services.Defaults;

/// <summary>What every service does against callers who mean no good.</summary>
public sealed class DefenceTests : IAsyncLifetime
{
    private TestIssuer _issuer = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync();

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Fact, Trait("security", "40")]
    public async Task An_address_that_asks_too_often_is_told_when_to_come_back()
    {
        await using var service = await SampleService.StartAsync(_issuer.Url, settings: ["--RateLimits:PerAddress=2", "--RateLimits:BurstSeconds=2"]);

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 20; i++)
            answers.Add(await service.Client.GetAsync("/public", Cancel));

        Assert.All(answers.Take(4), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var refused = answers.First(answer => answer.StatusCode is not HttpStatusCode.OK);
        await HttpAssert.ProblemAsync(refused, HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/alive", Cancel)).StatusCode);
    }

    [Fact, Trait("security", "40")]
    public async Task Each_user_has_a_limit_of_their_own()
    {
        await using var service = await SampleService.StartAsync(_issuer.Url, settings: ["--RateLimits:PerUser=1", "--RateLimits:BurstSeconds=3"]);
        var (greedy, modest) = (_issuer.Token(Guid.NewGuid()), _issuer.Token(Guid.NewGuid()));

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
            answers.Add((await GetAsync(service, "/secret", greedy)).StatusCode);

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(service, "/secret", modest)).StatusCode);
    }

    [Fact, Trait("security", "40")]
    public async Task Many_accounts_behind_one_address_have_no_more_than_the_address()
    {
        await using var service = await SampleService.StartAsync(
            _issuer.Url, settings: ["--RateLimits:PerAddress=2", "--RateLimits:PerUser=100", "--RateLimits:BurstSeconds=5", "--Proxies=127.0.0.1"]);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 30; i++)
            answers.Add((await GetAsync(service, "/secret", _issuer.Token(Guid.NewGuid()))).StatusCode);

        Assert.Equal(HttpStatusCode.OK, answers[0]);
        Assert.True(answers.Count(status => status is HttpStatusCode.TooManyRequests) >= 15);
        // Whom a known proxy asks for, a service of the shop's say, is counted for themselves.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/public") { Headers = { { "X-Forwarded-For", "203.0.113.7" } } };
        Assert.Equal(HttpStatusCode.OK, (await service.Client.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact, Trait("security", "42")]
    public async Task Nobody_but_a_known_proxy_is_believed_where_a_request_came_from()
    {
        await using var alone = await SampleService.StartAsync(_issuer.Url);
        await using var behind = await SampleService.StartAsync(_issuer.Url, settings: ["--Proxies=10.0.0.0/8, 127.0.0.1"]);
        await using var elsewhere = await SampleService.StartAsync(_issuer.Url, settings: ["--Proxies=10.0.0.0/8"]);

        Assert.Equal("\"127.0.0.1\"", await CallerAsync(alone));
        Assert.Equal("\"203.0.113.7\"", await CallerAsync(behind));
        Assert.Equal("\"127.0.0.1\"", await CallerAsync(elsewhere));

        static async Task<string> CallerAsync(SampleService service)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/caller") { Headers = { { "X-Forwarded-For", "203.0.113.7" } } };
            return await (await service.Client.SendAsync(request, Cancel)).Content.ReadAsStringAsync(Cancel);
        }
    }

    [Fact, Trait("security", "41")]
    public async Task No_other_site_may_read_an_answer()
    {
        await using var service = await SampleService.StartAsync(_issuer.Url);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/public")
        {
            Headers = { { "Origin", "https://evil.example" }, { "Access-Control-Request-Method", "GET" } },
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/public") { Headers = { { "Origin", "https://evil.example" } } };

        foreach (var answer in (HttpResponseMessage[])[await service.Client.SendAsync(preflight, Cancel), await service.Client.SendAsync(request, Cancel)])
            Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact, Trait("security", "41")]
    public async Task Answers_say_what_a_browser_is_to_refuse_and_personal_ones_stay_out_of_caches()
    {
        await using var service = await SampleService.StartAsync(_issuer.Url);

        var everybodys = await service.Client.GetAsync("/public", Cancel);
        var personal = await GetAsync(service, "/secret", _issuer.Token(Guid.NewGuid()));
        var error = await service.Client.GetAsync("/bug", Cancel);

        foreach (var answer in (HttpResponseMessage[])[everybodys, personal, error])
        {
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.False(answer.Headers.Contains("Server"));
        }
        Assert.Null(everybodys.Headers.CacheControl);
        Assert.True(personal.Headers.CacheControl!.NoStore);
    }

    [Fact, Trait("security", "42")]
    public async Task What_is_for_developers_is_not_served_in_production()
    {
        await using var service = await SampleService.StartAsync("https://auth.example", "Production");

        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/scalar", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/openapi/v1.json", Cancel)).StatusCode);
        Assert.DoesNotContain("checks", await service.Client.GetStringAsync("/health", Cancel), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> GetAsync(SampleService service, string path, string token) => service.Client.SendAsync(
        new(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } }, Cancel);
}
