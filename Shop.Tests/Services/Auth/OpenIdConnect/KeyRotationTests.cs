using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Shop.Tests.Services.Defaults;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

[Trait("security", "14")]
public sealed class KeyRotationTests
{
    private static readonly TimeSpan Rotate = TimeSpan.FromDays(30);
    private static readonly TimeSpan Publish = TimeSpan.FromHours(1);
    private static readonly (string, string) OftenChecked = ("Auth:Keys:CheckEvery", "00:00:00.1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_rotate_without_a_restart_and_without_a_refused_token()
    {
        var clock = new Clock(-(Rotate + Publish));
        await using var auth = await ListeningAuth.StartAsync(clock, OftenChecked);
        using var replica = auth.AddReplica(clock, OftenChecked);
        await using var service = await SampleService.StartAsync(auth.Url);
        var first = Assert.Single(await KeysAsync(auth.Client));

        // The service reads the keys when the first token comes, whatever token: it now knows the first key only.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(service, await TokenAsync(auth.Client)));

        // The next key is published by both replicas, while the first one still signs.
        clock.Offset = -Publish;
        await Eventually.TrueAsync(async () => (await KeysAsync(auth.Client)).Length == 2 && (await KeysAsync(replica)).Length == 2, "two keys");
        Assert.Equal(await KeysAsync(auth.Client), await KeysAsync(replica));
        clock.Offset = TimeSpan.FromMinutes(-1);
        var (old, refresh) = await TokensAsync(auth.Client);
        Assert.Equal(first, KeyOf(old));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, old));

        // Then it signs, at both.
        clock.Offset = TimeSpan.FromSeconds(1);
        var token = await Eventually.GetAsync(async () => await TokenAsync(auth.Client) is var t && KeyOf(t) != first ? t : null, "the new key signs");
        await Eventually.TrueAsync(async () => KeyOf(await TokenAsync(replica)) == KeyOf(token), "it signs at the other replica");
        await Eventually.EqualAsync(HttpStatusCode.OK, () => StatusAsync(service, token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(service, old));
        foreach (var client in new[] { auth.Client, replica })
        {
            Assert.Equal(HttpStatusCode.OK, await MeAsync(client, old));
            Assert.Equal(HttpStatusCode.OK, await MeAsync(client, token));
        }

        // What the first key has signed has ended, except a session to its last day.
        clock.Offset = TimeSpan.FromDays(14) - TimeSpan.FromMinutes(2);
        Assert.Equal(2, (await KeysAsync(auth.Client)).Length);
        await HttpAssert.JsonAsync(await AuthService.TokenAsync(auth.Client, ("grant_type", "refresh_token"), ("refresh_token", refresh)), HttpStatusCode.OK);
        clock.Offset = TimeSpan.FromDays(14) + TimeSpan.FromHours(2);
        await Eventually.TrueAsync(async () => (await KeysAsync(auth.Client)) is [var one] && one == KeyOf(token), "the first key is gone");
        await Eventually.TrueAsync(async () => (await KeysAsync(replica)) is [var one] && one == KeyOf(token), "the first key is gone at the other replica");
    }

    [Theory]
    [InlineData("Auth:Keys:RotateAfter", "1.00:00:00")]
    [InlineData("Auth:Keys:PublishFor", "00:10:00")]
    [InlineData("Auth:Keys:CheckEvery", "00:02:00")]
    public async Task Times_that_would_refuse_good_tokens_are_not_started_with(string setting, string value)
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database, (setting, value));
        Assert.Contains("Auth:Keys", Assert.ThrowsAny<Exception>(service.CreateClient).ToString(), StringComparison.Ordinal);
    }

    private static async Task<(string Access, string Refresh)> TokensAsync(HttpClient auth)
    {
        var answer = await HttpAssert.JsonAsync(await AuthService.TokenAsync(auth, ("grant_type", "password"), ("scope", "offline_access"),
            ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword)), HttpStatusCode.OK);
        return (answer.GetProperty("access_token").GetString()!, answer.GetProperty("refresh_token").GetString()!);
    }

    private static async Task<string> TokenAsync(HttpClient auth) => (await TokensAsync(auth)).Access;

    private static async Task<string?[]> KeysAsync(HttpClient auth) =>
        [.. JsonElement.Parse(await auth.GetStringAsync("/.well-known/jwks", Cancel)).GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString())];

    private static string KeyOf(string token) => new JsonWebToken(token).Kid;

    private static async Task<HttpStatusCode> StatusAsync(SampleService service, string token) => await GetAsync(service.Client, "/secret", token);

    private static async Task<HttpStatusCode> MeAsync(HttpClient auth, string token) => await GetAsync(auth, "/me", token);

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", token) } };
        using var response = await client.SendAsync(request, Cancel);
        return response.StatusCode;
    }

    /// <summary>The real time and a difference; timers are real.</summary>
    private sealed class Clock(TimeSpan offset) : TimeProvider
    {
        public TimeSpan Offset { get; set; } = offset;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
