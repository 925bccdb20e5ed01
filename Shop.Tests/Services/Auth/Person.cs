using System.Net;
using System.Text.Json;

namespace Shop.Tests.Services.Auth;

/// <summary>Somebody who is signed in.</summary>
public sealed record Person(AuthService Auth, Guid Id, string Email, string AccessToken, string RefreshToken)
{
    /// <summary>Registers somebody new, with these roles beside none, and signs them in.</summary>
    public static async Task<Person> NewAsync(AuthService auth, params string[] roles)
    {
        var email = await auth.SomebodyAsync();
        if (roles.Length > 0)
        {
            var id = (await SignInAsync(auth, email)).Id;
            var admin = await AdminAsync(auth);
            await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Put, $"/users/{id}/roles", new { roles }), HttpStatusCode.OK);
        }
        return await SignInAsync(auth, email);
    }

    /// <summary>The first admin, signed in.</summary>
    public static Task<Person> AdminAsync(AuthService auth) => SignInAsync(auth, AuthService.AdminEmail, AuthService.AdminPassword);

    /// <summary>Signs somebody in (once more).</summary>
    public static async Task<Person> SignInAsync(AuthService auth, string email, string password = AuthService.Password)
    {
        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(email, password), HttpStatusCode.OK);
        var token = answer.GetProperty("access_token").GetString()!;
        var id = await HttpAssert.JsonAsync(await auth.SendAsync(HttpMethod.Get, "/me", token), HttpStatusCode.OK);
        return new(auth, id.GetProperty("id").GetGuid(), email, token, answer.GetProperty("refresh_token").GetString()!);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) => Auth.SendAsync(method, path, AccessToken, body);

    /// <summary>Reads what must be there.</summary>
    public async Task<JsonElement> GetAsync(string path) => await HttpAssert.JsonAsync(await SendAsync(HttpMethod.Get, path), HttpStatusCode.OK);

    /// <summary>Uses the refresh token.</summary>
    public Task<HttpResponseMessage> RefreshAsync() => Auth.RefreshAsync(RefreshToken);

    /// <summary>The session has ended: neither its refresh token nor, at Auth, its access token is good.</summary>
    public async Task AssertSignedOutAsync()
    {
        await HttpAssert.ProblemAsync(await SendAsync(HttpMethod.Get, "/me/access"), HttpStatusCode.Unauthorized, "unauthorized");
        var answer = await HttpAssert.JsonAsync(await RefreshAsync(), HttpStatusCode.BadRequest);
        Assert.Equal("invalid_grant", answer.GetProperty("error").GetString());
    }
}
