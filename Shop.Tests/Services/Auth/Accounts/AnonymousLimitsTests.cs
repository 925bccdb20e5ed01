using System.Net;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>What one address may ask of Auth, whoever answers it and whoever it says it is.</summary>
public sealed class AnonymousLimitsTests : IAsyncLifetime
{
    private const int Limit = 20;

    private TestDatabase _database = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync("auth");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>They are answered before any endpoint is reached, by OpenIddict or while a token is looked at.</summary>
    [Theory]
    [Trait("security", "40")]
    [InlineData("POST", "/connect/token", "grant_type=client_credentials&client_id=stock-robot&client_secret=wrong")]
    [InlineData("POST", "/connect/token", "grant_type=refresh_token&client_id=shop-cli&refresh_token=wrong")]
    [InlineData("POST", "/connect/token", "grant_type=authorization_code&client_id=shop-cli&code=wrong&redirect_uri=http://shop.test/&code_verifier=wrong")]
    [InlineData("POST", "/connect/revoke", "client_id=shop-cli&token=wrong")]
    [InlineData("GET", "/connect/authorize?client_id=nobody", null)]
    [InlineData("GET", "/connect/userinfo", null)]
    [InlineData("GET", "/.well-known/openid-configuration", null)]
    [InlineData("GET", "/.well-known/jwks", null)]
    [InlineData("GET", "/me", null)]
    [InlineData("GET", "/sign-in?q=%00", null)]
    [InlineData("GET", "/nowhere", null)]
    public async Task Every_request_of_an_address_counts(string method, string path, string? form)
    {
        await using var auth = AuthService.Host(_database, ("RateLimits:PerAddress", "1"), ("RateLimits:BurstSeconds", $"{Limit}"));
        var client = auth.CreateClient();

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 3 * Limit; i++)
        {
            answers.Add(await client.SendAsync(new(new(method), path)
            {
                Headers = { Authorization = new("Bearer", "a.bad.token") },
                Content = form is null ? null : new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded")),
            }, Cancel));
        }

        Assert.All(answers.Take(Limit), answer => Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode));
        Assert.True(answers.Count(answer => answer.StatusCode is HttpStatusCode.TooManyRequests) >= Limit);
        var refused = answers.First(answer => answer.StatusCode is HttpStatusCode.TooManyRequests);
        // Who opened a page reads a page.
        if (path.StartsWith("/sign-in", StringComparison.Ordinal) || path.StartsWith("/connect/authorize", StringComparison.Ordinal))
            Assert.Equal("text/html", refused.Content.Headers.ContentType?.MediaType);
        else
            await HttpAssert.ProblemAsync(refused, HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/alive", Cancel)).StatusCode);
    }
}
