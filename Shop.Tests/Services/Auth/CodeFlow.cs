using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Tests.Services.Auth;

/// <summary>One sign-in as the storefront starts it, with a code challenge of its own.</summary>
internal sealed class CodeFlow
{
    public const string Callback = AuthService.Storefront + "/signin-oidc";
    public const string SignedOut = AuthService.Storefront + "/signout-callback-oidc";

    public string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Where the storefront sends the browser; an empty value leaves the parameter out.</summary>
    public string Address(params (string Key, string Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = "shop-web",
            ["redirect_uri"] = Callback,
            ["response_type"] = "code",
            ["scope"] = "openid profile email roles offline_access",
            ["state"] = "the state",
            ["nonce"] = "the nonce",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (key, value) in changes)
            parameters[key] = value;
        return QueryHelpers.AddQueryString("/connect/authorize", parameters.Where(parameter => parameter.Value is not ""));
    }

    /// <summary>Signs somebody in and returns the code.</summary>
    public async Task<string> CodeAsync(Browser browser, string email)
    {
        await browser.OpenAsync(Address());
        await browser.SubmitOnlyAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        var answer = await browser.OpenOnlyAsync(browser.Current.Redirect!.ToString());
        return Answer(answer)["code"]!;
    }

    /// <summary>What the answer tells the storefront.</summary>
    public static Dictionary<string, string?> Answer(Browser.Page answer)
    {
        Assert.StartsWith(Callback, answer.Redirect?.ToString(), StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(answer.Redirect!.Query).ToDictionary(parameter => parameter.Key, parameter => (string?)parameter.Value);
    }

    /// <summary>Exchanges the code as the storefront does.</summary>
    public Task<HttpResponseMessage> ExchangeAsync(HttpClient auth, string code, params (string Key, string Value)[] changes)
    {
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = "shop-web",
            ["client_secret"] = AuthService.WebSecret,
            ["code"] = code,
            ["redirect_uri"] = Callback,
            ["code_verifier"] = Verifier,
        };
        foreach (var (key, value) in changes)
            fields[key] = value;
        return AuthService.TokenAsync(auth, [.. fields.Where(field => field.Value.Length > 0).Select(field => (field.Key, field.Value))]);
    }

    public static Task<HttpResponseMessage> RefreshAsync(HttpClient auth, string token) => AuthService.TokenAsync(auth,
        ("grant_type", "refresh_token"), ("client_id", "shop-web"), ("client_secret", AuthService.WebSecret), ("refresh_token", token));

    /// <summary>Signs somebody in and returns the token endpoint's answer.</summary>
    public static async Task<JsonElement> TokensAsync(AuthService auth, Browser browser, string email)
    {
        var flow = new CodeFlow();
        return await HttpAssert.JsonAsync(await flow.ExchangeAsync(auth.Client, await flow.CodeAsync(browser, email)), HttpStatusCode.OK);
    }
}
