using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Errors;

namespace Shop.Site.SigningIn;

/// <summary>
/// Gets new tokens for a refresh token, once: to Auth a refresh token that comes twice is a stolen one, while a browser sends the
/// same cookie with many requests at once, and some of them late.
/// </summary>
public sealed class TokenClient(IOptionsMonitor<OpenIdConnectOptions> options, IMemoryCache memory) : IDisposable
{
    /// <summary>For requests that the browser sent before it had the new cookie.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>The new tokens; null when the session has ended.</summary>
    /// <exception cref="UnavailableException">Auth cannot be asked.</exception>
    public async Task<Tokens?> RefreshAsync(string refreshToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken)));
        await _one.WaitAsync();
        Task<Tokens?> asked;
        try
        {
            asked = memory.GetOrCreate(key, entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = Remembered;
                return AskAsync(refreshToken);
            })!;
        }
        finally
        {
            _one.Release();
        }
        try
        {
            return await asked;
        }
        catch (UnavailableException)
        {
            // So that the next request tries again.
            memory.Remove(key);
            throw;
        }
    }

    public void Dispose() => _one.Dispose();

    /// <remarks>Not ended by the end of the request that happened to be the first: others wait for the answer, too.</remarks>
    private async Task<Tokens?> AskAsync(string refreshToken)
    {
        var oidc = options.Get(OpenIdConnectDefaults.AuthenticationScheme);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = refreshToken,
            ["client_id"] = oidc.ClientId!,
            ["client_secret"] = oidc.ClientSecret!,
        });
        try
        {
            var configuration = await oidc.ConfigurationManager!.GetConfigurationAsync(CancellationToken.None);
            using var response = await oidc.Backchannel.PostAsync(configuration.TokenEndpoint, form);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => await response.Content.ReadFromJsonAsync<Tokens>(),
                HttpStatusCode.BadRequest => null,
                var status => throw new UnavailableException($"Auth answered {(int)status}."),
            };
        }
        // The second is what the library throws when it cannot read Auth's configuration.
        catch (Exception away) when (away is HttpRequestException or InvalidOperationException or OperationCanceledException or JsonException)
        {
            throw new UnavailableException("Auth cannot be reached.", away);
        }
    }
}

/// <summary>What Auth answers.</summary>
/// <param name="AccessToken">For the services.</param>
/// <param name="RefreshToken">For the next time.</param>
/// <param name="IdToken">Who it is, as they are now.</param>
/// <param name="ExpiresIn">The life of the access token in seconds.</param>
public sealed record Tokens(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("refresh_token")] string RefreshToken,
    [property: JsonPropertyName("id_token")] string IdToken,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);
