using System.Net;
using System.Net.Http.Headers;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>
/// The database refuses a NUL character in a text, and Npgsql does not bear it where it was about to prepare the statement: here the first time
/// that it runs on a connection.
/// </summary>
public sealed class NulCharacterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, Trait("security", "39")]
    [InlineData("/audit?action=", "sign-in")]
    [InlineData("/audit?actor=", "admin@shop.test")]
    [InlineData("/users?q=", "admin")]
    public async Task It_fails_no_request_but_its_own(string path, string good)
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database, ("ConnectionStrings:authdb", database.ConnectionString + ";Auto Prepare Min Usages=1"));
        using var client = service.CreateClient();
        var signedIn = await HttpAssert.JsonAsync(
            await AuthService.TokenAsync(client, ("grant_type", "password"), ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword)), HttpStatusCode.OK);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.GetProperty("access_token").GetString());

        using var bad = await client.GetAsync(path + "%00", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        // Connections take turns.
        for (var i = 0; i < 8; i++)
        {
            using var answer = await client.GetAsync(path + good, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
