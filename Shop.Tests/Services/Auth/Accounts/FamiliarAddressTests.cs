using System.Net;
using System.Net.Http.Json;

namespace Shop.Tests.Services.Auth.Accounts;

public sealed class FamiliarAddressTests
{
    private const string Wrong = "not the password of anybody";

    [Fact, Trait("security", "9")]
    public async Task Strangers_who_try_an_account_do_not_keep_its_owner_out_even_after_a_restart()
    {
        await using var auth = await ListeningAuth.StartAsync(null, ("Proxies", "127.0.0.1,::1"));
        var email = AuthService.NewEmail();
        using (var made = await auth.Client.PostAsJsonAsync("/register", new { email, password = AuthService.Password }, TestContext.Current.CancellationToken))
            made.EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.OK, await TryAsync(auth.Client, "198.51.100.1", AuthService.Password));

        // As after a restart: it remembers nothing but what is in the database.
        using var replica = auth.AddReplica(new Still(), ("Proxies", "127.0.0.1,::1"));
        for (var address = 0; address < 11; address++)
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => TryAsync(replica, $"192.0.2.{address}", Wrong)));

        Assert.Equal(HttpStatusCode.TooManyRequests, await TryAsync(replica, "203.0.113.1", AuthService.Password));
        Assert.Equal(HttpStatusCode.OK, await TryAsync(replica, "198.51.100.1", AuthService.Password));

        async Task<HttpStatusCode> TryAsync(HttpClient client, string from, string password)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "password",
                ["client_id"] = "shop-cli",
                ["username"] = email,
                ["password"] = password,
            });
            using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token") { Content = form, Headers = { { "X-Forwarded-For", from } } };
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    /// <summary>All tries come in the same minute, however long they take.</summary>
    private sealed class Still : TimeProvider
    {
        private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;
    }
}
