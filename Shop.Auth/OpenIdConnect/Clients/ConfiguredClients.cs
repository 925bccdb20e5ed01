using System.Collections.Immutable;
using Npgsql;
using OpenIddict.Abstractions;
using Shop.Auth.Pages;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;
using ShopPermissions = Shop.ServiceDefaults.Access.Permissions;

namespace Shop.Auth.OpenIdConnect.Clients;

/// <summary>A client that acts for itself and not for a user; from <c>Auth:Clients</c>.</summary>
/// <param name="Id">Its client id, which is also the <c>sub</c> of its access tokens.</param>
/// <param name="Secret">At least 32 characters: nobody has to remember it.</param>
/// <param name="Permissions">What it may do.</param>
internal sealed record MachineClient(string Id, string Secret, IReadOnlyList<string> Permissions);

/// <summary>
/// The shop's own clients. At each start they are registered as configured, and those no longer configured are removed; clients that staff registered stay.
/// <c>shop-cli</c>, which may send a user's password, exists in Development only.
/// </summary>
internal sealed class ConfiguredClients(IServiceScopeFactory scopes, NpgsqlDataSource database, IConfiguration configuration, IHostEnvironment environment) : StartupTask
{
    /// <summary>The prefix of the shop's permissions among those of a client. OpenIddict's own have other prefixes.</summary>
    public const string ShopPermission = "shop:";

    /// <summary>The property of a client that staff registered. The shop's own clients lack it.</summary>
    public const string Registered = "registered";

    private const string CommandLineId = "shop-cli";
    private const string StorefrontId = "shop-web";
    private const string BackOfficeId = "shop-admin";
    private const int MinSecretLength = 32;

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        var wanted = Wanted().ToDictionary(client => client.ClientId!);
        await using var held = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var clients = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();

        foreach (var client in await clients.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken))
        {
            if (wanted.Remove((await clients.GetClientIdAsync(client, cancellationToken))!, out var description))
                await clients.UpdateAsync(client, description, cancellationToken);
            else if (await IsOwnAsync(clients, client, cancellationToken))
                await clients.DeleteAsync(client, cancellationToken);
        }
        foreach (var description in wanted.Values)
            await clients.CreateAsync(description, cancellationToken);
    }

    /// <summary>Whether the client is the shop's own, rather than registered by staff; false for one that does not exist.</summary>
    public static async Task<bool> IsOwnAsync(IOpenIddictApplicationManager clients, string id, CancellationToken cancellationToken) =>
        await clients.FindByClientIdAsync(id, cancellationToken) is { } client && await IsOwnAsync(clients, client, cancellationToken);

    private static async Task<bool> IsOwnAsync(IOpenIddictApplicationManager clients, object client, CancellationToken cancellationToken) =>
        !(await clients.GetPropertiesAsync(client, cancellationToken)).ContainsKey(Registered);

    /// <summary>The scopes of a token that its client may still have.</summary>
    public static async Task<ImmutableArray<string>> StillAllowedAsync(
        IOpenIddictApplicationManager clients, string id, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        var permissions = await AllPermissionsAsync(clients, id, cancellationToken);
        return [.. scopes.Where(scope => scope is Scopes.OpenId or Scopes.OfflineAccess || permissions.Contains(Allowed.Prefixes.Scope + scope))];
    }

    /// <summary>What a client may do in the shop by itself, without a user.</summary>
    public static async Task<string[]> PermissionsAsync(IOpenIddictApplicationManager clients, string id, CancellationToken cancellationToken) =>
        [.. (await AllPermissionsAsync(clients, id, cancellationToken))
            .Where(p => p.StartsWith(ShopPermission, StringComparison.Ordinal)).Select(p => p[ShopPermission.Length..]).Order(StringComparer.Ordinal)];

    private static async Task<ImmutableArray<string>> AllPermissionsAsync(IOpenIddictApplicationManager clients, string id, CancellationToken cancellationToken)
    {
        var client = await clients.FindByClientIdAsync(id, cancellationToken) ?? throw new InvalidOperationException("OpenIddict accepted a client that does not exist.");
        return await clients.GetPermissionsAsync(client, cancellationToken);
    }

    private IEnumerable<OpenIddictApplicationDescriptor> Wanted()
    {
        if (environment.IsDevelopment())
            yield return CommandLine();
        if (OwnSite.Storefront(configuration) is { } web)
            yield return Describe(StorefrontId, "Shop", web);
        if (OwnSite.BackOffice(configuration) is { } admin)
            yield return Describe(BackOfficeId, "Back office", admin);
        foreach (var client in configuration.GetSection("Auth:Clients").GetChildren())
            yield return Describe(Checked(new(client["Id"] ?? "", client["Secret"] ?? "", client.GetSection("Permissions").Get<string[]>() ?? [])));
    }

    private static MachineClient Checked(MachineClient client)
    {
        var error = client.Id is "" or StorefrontId or BackOfficeId or CommandLineId || Guid.TryParse(client.Id, out _) ? "needs an Id that is no other client's and no user's"
            : client.Secret.Length < MinSecretLength ? $"needs a Secret of at least {MinSecretLength} characters"
            : client.Permissions.FirstOrDefault(permission => !ShopPermissions.All.Contains(permission)) is { } unknown ? $"names the permission '{unknown}', which does not exist"
            : null;
        return error is null ? client : throw new InvalidOperationException($"The client '{client.Id}' of Auth:Clients {error}.");
    }

    private static OpenIddictApplicationDescriptor Describe(MachineClient machine)
    {
        var client = new OpenIddictApplicationDescriptor
        {
            ClientId = machine.Id,
            ClientSecret = machine.Secret,
            ClientType = ClientTypes.Confidential,
            DisplayName = machine.Id,
            Permissions = { Allowed.Endpoints.Token, Allowed.GrantTypes.ClientCredentials },
        };
        client.Permissions.UnionWith(machine.Permissions.Select(permission => ShopPermission + permission));
        return client;
    }

    private static OpenIddictApplicationDescriptor Describe(string id, string name, OwnSite site) => new()
    {
        ClientId = id,
        ClientSecret = site.Secret,
        ClientType = ClientTypes.Confidential,
        // No consent page: it is the shop itself.
        ConsentType = ConsentTypes.Implicit,
        DisplayName = name,
        RedirectUris = { new(site.Address, "/signin-oidc") },
        PostLogoutRedirectUris = { new(site.Address, "/signout-callback-oidc") },
        Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        Permissions =
        {
            Allowed.Endpoints.Authorization,
            Allowed.Endpoints.Token,
            Allowed.Endpoints.Revocation,
            Allowed.Endpoints.EndSession,
            Allowed.GrantTypes.AuthorizationCode,
            Allowed.GrantTypes.RefreshToken,
            Allowed.ResponseTypes.Code,
            Allowed.Scopes.Email,
            Allowed.Scopes.Profile,
            Allowed.Scopes.Roles,
        },
    };

    private static OpenIddictApplicationDescriptor CommandLine() => new()
    {
        ClientId = CommandLineId,
        ClientType = ClientTypes.Public,
        DisplayName = "Command line",
        Permissions =
        {
            Allowed.Endpoints.Token,
            Allowed.Endpoints.Revocation,
            Allowed.GrantTypes.Password,
            Allowed.GrantTypes.RefreshToken,
            Allowed.Scopes.Email,
            Allowed.Scopes.Profile,
            Allowed.Scopes.Roles,
        },
    };
}
