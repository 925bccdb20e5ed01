using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Polly;
using Shop.ServiceDefaults.Errors;

namespace Shop.Site.SigningIn;

/// <summary>Asks Auth about the account of whoever is signed in.</summary>
public sealed class AccountClient(HttpClient http)
{
    /// <summary>The account; null when Auth does not accept the visitor's token any more.</summary>
    /// <exception cref="UnavailableException">Auth cannot be asked.</exception>
    public async Task<Account?> GetAsync(HttpContext visitor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await visitor.GetTokenAsync("access_token"));
        try
        {
            using var response = await http.SendAsync(request, visitor.RequestAborted);
            return response.StatusCode is HttpStatusCode.Unauthorized
                ? null
                : await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Account>(visitor.RequestAborted);
        }
        catch (Exception away) when (away is HttpRequestException or ExecutionRejectedException or JsonException)
        {
            throw new UnavailableException("Auth cannot be reached.", away);
        }
    }
}

/// <summary>What people see of their own account.</summary>
/// <param name="Email">The address to sign in with.</param>
/// <param name="DisplayName">Null when they gave none.</param>
/// <param name="Roles">What they are here.</param>
public sealed record Account(string Email, string? DisplayName, IReadOnlyList<string> Roles);
