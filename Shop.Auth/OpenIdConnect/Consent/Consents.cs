using System.Collections.Immutable;
using OpenIddict.Abstractions;
using Shop.Auth.Audit;
using Shop.Auth.OpenIdConnect.Clients;
using Shop.ServiceDefaults.Audit;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.OpenIdConnect.Consent;

/// <summary>
/// The consents that users gave to registered clients, stored as permanent authorizations of OpenIddict. They end with the user's sessions. The shop's own clients need
/// no consent.
/// </summary>
internal sealed class Consents(IOpenIddictApplicationManager clients, IOpenIddictAuthorizationManager authorizations, AuditTrail audit)
{
    /// <summary>Whether the user has consented to all of these scopes.</summary>
    public async Task<bool> IsGivenAsync(Guid user, string client, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        var application = await FindAsync(client, cancellationToken);
        return await clients.HasConsentTypeAsync(application, ConsentTypes.Implicit, cancellationToken) || await HasAsync(application, user, scopes, cancellationToken);
    }

    /// <summary>Records the user's consent.</summary>
    /// <param name="http">The request.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="client">The client's id.</param>
    /// <param name="scopes">The scopes.</param>
    /// <param name="redirect">
    /// The redirect address. Consent to a public client that is not a website is not remembered, because any program on the device can impersonate it (RFC 8252, 8.6).
    /// </param>
    public async Task GiveAsync(HttpContext http, Guid user, string client, ImmutableArray<string> scopes, string redirect)
    {
        var (application, cancellationToken) = (await FindAsync(client, http.RequestAborted), http.RequestAborted);
        var remembered = await clients.HasConsentTypeAsync(application, ConsentTypes.Explicit, cancellationToken)
            && (RedirectAddress.IsOwned(redirect) || await clients.HasClientTypeAsync(application, ClientTypes.Confidential, cancellationToken));
        if (remembered && !await HasAsync(application, user, scopes, cancellationToken))
        {
            var given = new OpenIddictAuthorizationDescriptor
            {
                ApplicationId = await clients.GetIdAsync(application, cancellationToken),
                CreationDate = DateTimeOffset.UtcNow,
                Status = Statuses.Valid,
                Subject = user.ToString(),
                Type = AuthorizationTypes.Permanent,
            };
            given.Scopes.UnionWith(scopes);
            await authorizations.CreateAsync(given, cancellationToken);
        }
        await audit.RecordAsync(http, new("client.consent", AuditEvent.Ok, client, string.Join(", ", scopes)));
    }

    private async Task<bool> HasAsync(object application, Guid user, ImmutableArray<string> scopes, CancellationToken cancellationToken) => await authorizations
        .FindAsync(user.ToString(), await clients.GetIdAsync(application, cancellationToken), Statuses.Valid, AuthorizationTypes.Permanent, scopes, cancellationToken)
        .AnyAsync(cancellationToken);

    private async Task<object> FindAsync(string client, CancellationToken cancellationToken) =>
        await clients.FindByClientIdAsync(client, cancellationToken) ?? throw new InvalidOperationException("OpenIddict accepted a client that does not exist.");
}
