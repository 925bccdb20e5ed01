using System.Collections.Immutable;
using OpenIddict.Abstractions;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Audit;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Applications;

/// <summary>
/// What users agreed to: that an application may have its scopes. It is a permanent authorization of OpenIddict's, and is taken back with the user's
/// sessions. Nobody is asked about the shop's own applications.
/// </summary>
internal sealed class Consents(IOpenIddictApplicationManager clients, IOpenIddictAuthorizationManager authorizations, AuditTrail audit)
{
    /// <summary>Whether nothing of what is asked for now is yet to be agreed to.</summary>
    public async Task<bool> IsGivenAsync(Guid user, string client, ImmutableArray<string> scopes, CancellationToken cancel)
    {
        var application = await FindAsync(client, cancel);
        return await clients.HasConsentTypeAsync(application, ConsentTypes.Implicit, cancel) || await HasAsync(application, user, scopes, cancel);
    }

    /// <summary>Notes that the user agrees.</summary>
    /// <param name="http">The request that says so.</param>
    /// <param name="user">Who.</param>
    /// <param name="client">To whom.</param>
    /// <param name="scopes">To what.</param>
    /// <param name="redirect">
    /// Where the code goes. A public application that is no website is asked for each time: any program on the device could say that it is the
    /// one (RFC 8252, 8.6).
    /// </param>
    public async Task GiveAsync(HttpContext http, Guid user, string client, ImmutableArray<string> scopes, string redirect)
    {
        var (application, cancel) = (await FindAsync(client, http.RequestAborted), http.RequestAborted);
        var remembered = await clients.HasConsentTypeAsync(application, ConsentTypes.Explicit, cancel)
            && (RedirectAddress.IsOwned(redirect) || await clients.HasClientTypeAsync(application, ClientTypes.Confidential, cancel));
        if (remembered && !await HasAsync(application, user, scopes, cancel))
        {
            var given = new OpenIddictAuthorizationDescriptor
            {
                ApplicationId = await clients.GetIdAsync(application, cancel),
                CreationDate = DateTimeOffset.UtcNow,
                Status = Statuses.Valid,
                Subject = user.ToString(),
                Type = AuthorizationTypes.Permanent,
            };
            given.Scopes.UnionWith(scopes);
            await authorizations.CreateAsync(given, cancel);
        }
        await audit.RecordAsync(http, new("client.consent", AuditEvent.Ok, client, string.Join(", ", scopes)));
    }

    private async Task<bool> HasAsync(object application, Guid user, ImmutableArray<string> scopes, CancellationToken cancel) => await authorizations
        .FindAsync(user.ToString(), await clients.GetIdAsync(application, cancel), Statuses.Valid, AuthorizationTypes.Permanent, scopes, cancel)
        .AnyAsync(cancel);

    private async Task<object> FindAsync(string client, CancellationToken cancel) =>
        await clients.FindByClientIdAsync(client, cancel) ?? throw new InvalidOperationException("OpenIddict accepted a client that is not there.");
}
