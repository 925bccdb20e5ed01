using Microsoft.IdentityModel.JsonWebTokens;

namespace Shop.Tests.Services.Auth.Sessions;

/// <summary>Other services hear of sessions and accounts that are over: what waits for the broker is in the outbox.</summary>
[Collection<SharedAuth>]
public sealed class EndedSessionTests(AuthService auth)
{
    [Fact, Trait("security", "19")]
    public async Task A_lock_a_new_password_a_sign_out_and_a_deletion_are_told()
    {
        var admin = await Person.AdminAsync(auth);
        await ToldAsync(person => admin.SendAsync(HttpMethod.Post, $"/users/{person.Id}/lock"));
        await ToldAsync(person => admin.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/sessions"));
        await ToldAsync(async person =>
        {
            var other = await Person.SignInAsync(auth, person.Email);
            return await other.SendAsync(HttpMethod.Put, "/me/password", new { current = AuthService.Password, @new = "a wholly different secret" });
        });
        var deleted = await ToldAsync(person => person.SendAsync(HttpMethod.Delete, "/me", new { password = AuthService.Password }));
        Assert.Equal(1L, await auth.QueryAsync<long>("SELECT count(*) FROM outbox WHERE type = 'account.deleted.v1' AND payload->>'userId' = $1", deleted.Id.ToString()));
    }

    [Fact, Trait("security", "19")]
    public async Task A_sign_out_with_a_browser_is_told()
    {
        var (email, browser) = (await auth.SomebodyAsync(), auth.NewBrowser());
        var tokens = await CodeFlow.TokensAsync(auth, browser, email);
        await browser.OpenAsync("/sign-out");
        await browser.SubmitAsync("/sign-out");
        await AssertToldAsync(tokens.GetProperty("access_token").GetString()!);
    }

    private async Task<Person> ToldAsync(Func<Person, Task<HttpResponseMessage>> end)
    {
        var person = await Person.NewAsync(auth);
        Assert.True((await end(person)).IsSuccessStatusCode);
        await AssertToldAsync(person.AccessToken);
        return person;
    }

    private async Task AssertToldAsync(string accessToken)
    {
        var session = new JsonWebToken(accessToken).GetClaim("oi_au_id").Value;
        Assert.Equal(1L, await auth.QueryAsync<long>(
            "SELECT count(*) FROM outbox WHERE type = 'sessions.ended.v1' AND (payload->'sessions')::jsonb ? $1", session));
    }
}
