using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

[Collection<SharedAuth>]
public sealed class TokenTests(AuthService auth)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("security", "14"), Trait("security", "16")]
    public async Task An_access_token_says_who_and_what_for_and_verifies_by_the_published_keys()
    {
        var email = await auth.SomebodyAsync();
        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(email), HttpStatusCode.OK);
        Assert.Equal("Bearer", answer.GetProperty("token_type").GetString());
        var token = answer.GetProperty("access_token").GetString();

        var keys = new JsonWebKeySet(await auth.Client.GetStringAsync((await DiscoveryAsync()).GetProperty("jwks_uri").GetString(), Cancel));
        var verified = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new()
        {
            ValidIssuer = (await DiscoveryAsync()).GetProperty("issuer").GetString(),
            ValidAudience = "shop",
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = keys.Keys,
        });
        Assert.True(verified.IsValid, verified.Exception?.Message);

        var claims = Payload(token!);
        Assert.Equal(email, claims.GetProperty("email").GetString());
        Assert.Equal(email, claims.GetProperty("name").GetString());
        Assert.NotEqual(Guid.Empty, claims.GetProperty("sub").GetGuid());
        Assert.Equal("""["customer"]""", claims.GetProperty("role").GetRawText());
        Assert.Equal("[]", claims.GetProperty("permission").GetRawText());
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task The_first_admin_may_do_everything()
    {
        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(AuthService.AdminEmail, AuthService.AdminPassword), HttpStatusCode.OK);
        var permissions = Payload(answer.GetProperty("access_token").GetString()!).GetProperty("permission").EnumerateArray().Select(p => p.GetString());
        Assert.Equal(["catalog.write", "clients.manage", "messages.manage", "orders.read", "orders.write", "payments.read", "payments.refund", "users.manage"], permissions);
    }

    [Fact]
    public async Task Without_offline_access_there_is_no_refresh_token()
    {
        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(await auth.SomebodyAsync(), scope: "openid"), HttpStatusCode.OK);
        Assert.False(answer.TryGetProperty("refresh_token", out _));
        Assert.True(answer.TryGetProperty("id_token", out _));
    }

    [Fact, Trait("security", "17")]
    public async Task A_refresh_token_used_twice_ends_its_family()
    {
        var first = await RefreshTokenOfAsync(await auth.SignInAsync(await auth.SomebodyAsync()));
        var second = await RefreshTokenOfAsync(await auth.RefreshAsync(first));
        Assert.NotEqual(first, second);

        await RefusedAsync(await auth.RefreshAsync(first), "invalid_grant");
        await RefusedAsync(await auth.RefreshAsync(second), "invalid_grant");
    }

    [Fact, Trait("security", "17")]
    public async Task A_refresh_token_used_twice_also_ends_what_a_request_in_flight_stores_after()
    {
        var person = await Person.NewAsync(auth);
        var first = await RefreshTokenOfAsync(await auth.SignInAsync(person.Email));
        var late = await RefreshTokenOfAsync(await auth.RefreshAsync(first));
        await RefusedAsync(await auth.RefreshAsync(first), "invalid_grant");
        // As if it had been stored only now, when the family had been revoked.
        await auth.QueryAsync<long>("WITH x AS (UPDATE tokens SET status = 'valid' WHERE subject = $1 AND redemption_date IS NULL RETURNING 1) SELECT count(*) FROM x", person.Id.ToString());

        await RefusedAsync(await auth.RefreshAsync(late), "invalid_grant");
    }

    [Fact, Trait("security", "17")]
    public async Task Of_simultaneous_refreshes_one_succeeds_and_the_session_ends()
    {
        var token = await RefreshTokenOfAsync(await auth.SignInAsync(await auth.SomebodyAsync()));
        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => auth.RefreshAsync(token)));

        var winner = Assert.Single(responses, response => response.IsSuccessStatusCode);
        foreach (var loser in responses.Where(response => response != winner))
            await RefusedAsync(loser, "invalid_grant");
        // Used more than once, the token has ended its family, the winner's new token included.
        await RefusedAsync(await auth.RefreshAsync(await RefreshTokenOfAsync(winner)), "invalid_grant");
    }

    [Fact, Trait("security", "18")]
    public async Task A_revoked_refresh_token_is_refused()
    {
        var token = await RefreshTokenOfAsync(await auth.SignInAsync(await auth.SomebodyAsync()));
        using var form = new FormUrlEncodedContent([new("client_id", "shop-cli"), new("token", token)]);
        (await auth.Client.PostAsync("/connect/revoke", form, Cancel)).EnsureSuccessStatusCode();

        await RefusedAsync(await auth.RefreshAsync(token), "invalid_grant");
    }

    [Fact, Trait("security", "8")]
    public async Task A_wrong_password_and_an_unknown_user_look_the_same()
    {
        var email = await auth.SomebodyAsync();
        using var realCost = await auth.ListenAsync();
        // Signing in makes the hash anew, at the cost of an unknown user's.
        (await SignInAsync(email, AuthService.Password)).EnsureSuccessStatusCode();
        var (wrong, unknown) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < 7; i++)
        {
            var (time, body) = await TimedAsync(email);
            var (otherTime, otherBody) = await TimedAsync(AuthService.NewEmail());
            Assert.Equal(body, otherBody);
            (wrong, unknown) = (time < wrong ? time : wrong, otherTime < unknown ? otherTime : unknown);
        }
        // Hashing takes by far the longest; without it the answer would come in a small part of the time.
        Assert.InRange(unknown / wrong, 0.25, 4);

        async Task<(TimeSpan Time, string Body)> TimedAsync(string user)
        {
            var start = Stopwatch.GetTimestamp();
            var response = await SignInAsync(user, "not the password at all");
            var time = Stopwatch.GetElapsedTime(start);
            return (time, await RefusedAsync(response, "invalid_grant"));
        }

        Task<HttpResponseMessage> SignInAsync(string user, string password) =>
            AuthService.TokenAsync(realCost, ("grant_type", "password"), ("username", user), ("password", password));
    }

    [Fact]
    public async Task Bad_requests_get_the_errors_that_OAuth_names()
    {
        var email = await auth.SomebodyAsync();
        await RefusedAsync(await auth.TokenAsync(("grant_type", "password"), ("username", email)), "invalid_request");
        await RefusedAsync(await auth.TokenAsync(("client_id", "stranger"), ("grant_type", "password"), ("username", email), ("password", "x")), "invalid_client", HttpStatusCode.Unauthorized);
        await RefusedAsync(await auth.TokenAsync(("grant_type", "implicit")), "unsupported_grant_type");
        await RefusedAsync(await auth.TokenAsync(("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "x"), ("code_verifier", "x")), "invalid_grant");
        await RefusedAsync(await auth.TokenAsync(("grant_type", "refresh_token"), ("refresh_token", "x")), "invalid_grant");
        await RefusedAsync(await auth.SignInAsync(email, scope: "root"), "invalid_scope");
    }

    [Fact]
    public async Task Discovery_promises_only_what_there_is()
    {
        var discovery = await DiscoveryAsync();
        Assert.Equal(["authorization_code", "client_credentials", "password", "refresh_token"], Values("grant_types_supported").Order());
        Assert.Equal(["client_secret_basic", "client_secret_post", "none"], Values("token_endpoint_auth_methods_supported").Order());
        Assert.Equal(["code"], Values("response_types_supported"));
        Assert.Equal(["S256"], Values("code_challenge_methods_supported"));
        Assert.Equal(["ES256"], Values("id_token_signing_alg_values_supported"));
        foreach (var endpoint in new[] { "authorization", "token", "revocation", "userinfo", "end_session" })
            Assert.StartsWith(AuthService.Issuer, discovery.GetProperty(endpoint + "_endpoint").GetString(), StringComparison.Ordinal);

        IEnumerable<string?> Values(string name) => discovery.GetProperty(name).EnumerateArray().Select(value => value.GetString());
    }

    private async Task<JsonElement> DiscoveryAsync() =>
        await HttpAssert.JsonAsync(await auth.Client.GetAsync("/.well-known/openid-configuration", Cancel), HttpStatusCode.OK);

    private static async Task<string> RefreshTokenOfAsync(HttpResponseMessage response) =>
        (await HttpAssert.JsonAsync(response, HttpStatusCode.OK)).GetProperty("refresh_token").GetString()!;

    private static async Task<string> RefusedAsync(HttpResponseMessage response, string error, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var answer = await HttpAssert.JsonAsync(response, status);
        Assert.Equal(error, answer.GetProperty("error").GetString());
        return answer.GetRawText();
    }

    private static JsonElement Payload(string token) =>
        JsonElement.Parse(Base64UrlEncoder.Decode(token.Split('.')[1]));
}
