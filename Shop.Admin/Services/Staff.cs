using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.JsonWebTokens;
using Shop.ServiceDefaults.Errors;

namespace Shop.Admin.Services;

/// <summary>What whoever is signed in may do here, asked of Auth at each request, so that somebody who is demoted loses it with the next click.</summary>
public sealed class Staff(AuthApi auth, IHttpContextAccessor visitor)
{
    private IReadOnlyCollection<string>? _permissions;

    /// <summary>
    /// The permissions. While Auth cannot be asked, those of the access token, which are up to ten minutes old: they decide what is shown, not what is done, since
    /// the services ask Auth themselves.
    /// </summary>
    public async Task<IReadOnlyCollection<string>> PermissionsAsync()
    {
        try
        {
            return _permissions ??= (await auth.GetAsync<Access>("/me/access")).Permissions;
        }
        catch (UnavailableException)
        {
            var token = await visitor.HttpContext!.GetTokenAsync("access_token");
            return token is null ? [] : [.. new JsonWebToken(token).Claims.Where(claim => claim.Type == "permission").Select(claim => claim.Value)];
        }
    }

    /// <summary>Whether they have the permission.</summary>
    public async Task<bool> MayAsync(string permission) => (await PermissionsAsync()).Contains(permission);

    private sealed record Access(IReadOnlyList<string> Permissions);
}
