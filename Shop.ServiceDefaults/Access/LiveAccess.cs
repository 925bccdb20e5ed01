using Microsoft.AspNetCore.Http;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Access;

/// <summary>
/// What a caller may do now. An access token says what they were permitted when it was issued, up to ten minutes ago. A user who is demoted, locked or signed
/// out must lose permissions at once.
/// </summary>
public abstract class LiveAccess
{
    /// <summary>The caller's present permissions; null when their session has ended or their account is locked or gone.</summary>
    /// <exception cref="UnavailableException">Auth cannot be asked.</exception>
    public abstract Task<IReadOnlyCollection<string>?> PermissionsAsync(HttpContext http);

    /// <summary>
    /// Whether the caller has the permission, by their token and still: for answers that show more to some. Ask it only when the answer depends
    /// on it, since it costs a request to Auth for those whose token has the permission.
    /// </summary>
    /// <exception cref="UnavailableException">Auth cannot be asked.</exception>
    public async Task<bool> PermitsAsync(HttpContext http, string permission) =>
        http.User.Has(permission) && await PermissionsAsync(http) is { } permissions && permissions.Contains(permission);

    /// <summary>Whose rows the caller may see: null with the permission, which means everybody's; without it the caller's own id.</summary>
    /// <exception cref="ProblemException">403: a program without the permission, which has no rows.</exception>
    /// <exception cref="UnavailableException">Auth cannot be asked.</exception>
    public async Task<Guid?> OwnerAsync(HttpContext http, string permission) => await PermitsAsync(http, permission) ? null : http.User.Id();

    /// <summary>
    /// Reads something that belongs to the caller or, with the permission, to anybody. Auth is asked only when it is not the caller's.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="permission">What lets the caller see everybody's.</param>
    /// <param name="read">Reads it if it belongs to that user; to anybody where that is null.</param>
    /// <returns>null: it does not exist, or the caller may not see it.</returns>
    public async Task<T?> ReadAsync<T>(HttpContext http, string permission, Func<Guid?, Task<T?>> read) where T : class =>
        await read(http.User.Id()) ?? (await PermitsAsync(http, permission) ? await read(null) : null);
}
