using System.Net;

namespace Shop.Tests.Services.Auth.Accounts;

[Collection<AuthAccounts>]
public sealed class GetAccountTests(AuthService auth)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_sees_and_changes_their_own_account()
    {
        var email = await auth.SomebodyAsync();
        var token = await TokenOfAsync(email);

        var account = await HttpAssert.JsonAsync(await auth.SendAsync(HttpMethod.Get, "/me", token), HttpStatusCode.OK);
        Assert.Equal(email, account.GetProperty("email").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, account.GetProperty("displayName").ValueKind);
        Assert.Equal(0, account.GetProperty("permissions").GetArrayLength());

        account = await HttpAssert.JsonAsync(await auth.SendAsync(HttpMethod.Patch, "/me", token, new { displayName = " Ann " }), HttpStatusCode.OK);
        Assert.Equal("Ann", account.GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task A_bad_name_is_refused()
    {
        var token = await TokenOfAsync(await auth.SomebodyAsync());
        await HttpAssert.ProblemAsync(await auth.SendAsync(HttpMethod.Patch, "/me", token, new { displayName = new string('x', 101) }),
            HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(await auth.SendAsync(HttpMethod.Patch, "/me", token, new { }), HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task Without_a_token_there_is_no_account()
    {
        var response = await auth.Client.GetAsync("/me", Cancel);
        await HttpAssert.ProblemAsync(response, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Contains(response.Headers.WwwAuthenticate, challenge => challenge.Scheme == "Bearer");

        await HttpAssert.ProblemAsync(await auth.SendAsync(HttpMethod.Get, "/me", "abc.def.ghi"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task An_id_token_is_no_access_token()
    {
        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(await auth.SomebodyAsync(), scope: "openid"), HttpStatusCode.OK);
        await HttpAssert.ProblemAsync(await auth.SendAsync(HttpMethod.Get, "/me", answer.GetProperty("id_token").GetString()!),
            HttpStatusCode.Unauthorized, "unauthorized");
    }

    private async Task<string> TokenOfAsync(string email) =>
        (await HttpAssert.JsonAsync(await auth.SignInAsync(email), HttpStatusCode.OK)).GetProperty("access_token").GetString()!;
}
