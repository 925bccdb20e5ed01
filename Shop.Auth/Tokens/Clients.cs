using System.Collections.Immutable;
using Npgsql;
using OpenIddict.Abstractions;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Allowed = OpenIddict.Abstractions.OpenIddictConstants.Permissions;

namespace Shop.Auth.Tokens;

/// <summary>
/// Registers the clients as configured at each start, and removes those that no longer are, but for those that staff registered. <c>shop-cli</c>,
/// which may send a user's password, exists in Development only.
/// </summary>
internal sealed class Clients(IServiceScopeFactory scopes, NpgsqlDataSource database, IConfiguration configuration, IHostEnvironment environment) : StartupTask
{
    /// <summary>What a permission of the shop begins with among those of a client; OpenIddict's own have other prefixes.</summary>
    public const string ShopPermission = "shop:";

    /// <summary>The property of a client that staff registered: somebody else's. The others are the shop's own.</summary>
    public const string Registered = "registered";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        var wanted = Wanted().ToDictionary(client => client.ClientId!);
        await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var clients = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();

        var present = new List<object>();
        await foreach (var client in clients.ListAsync(cancellationToken: cancellationToken))
        {
            present.Add(client);
        }
        foreach (var client in present)
        {
            if (wanted.Remove((await clients.GetClientIdAsync(client, cancellationToken))!, out var description))
            {
                await clients.UpdateAsync(client, description, cancellationToken);
            }
            else if (await IsOursAsync(clients, client, cancellationToken))
            {
                await clients.DeleteAsync(client, cancellationToken);
            }
        }
        foreach (var description in wanted.Values)
        {
            await clients.CreateAsync(description, cancellationToken);
        }
    }

    /// <summary>Whether the client is the shop's own; else staff has registered it. One that is no more is not.</summary>
    public static async Task<bool> IsOursAsync(IOpenIddictApplicationManager clients, string id, CancellationToken cancel) =>
        await clients.FindByClientIdAsync(id, cancel) is { } client && await IsOursAsync(clients, client, cancel);

    private static async Task<bool> IsOursAsync(IOpenIddictApplicationManager clients, object client, CancellationToken cancel) =>
        !(await clients.GetPropertiesAsync(client, cancel)).ContainsKey(Registered);

    /// <summary>Those of the scopes that a client was given which it may still have.</summary>
    public static async Task<ImmutableArray<string>> StillAllowedAsync(
        IOpenIddictApplicationManager clients, string id, ImmutableArray<string> scopes, CancellationToken cancel)
    {
        var client = await clients.FindByClientIdAsync(id, cancel) ?? throw new InvalidOperationException("OpenIddict accepted a client that is not there.");
        var permissions = await clients.GetPermissionsAsync(client, cancel);
        return [.. scopes.Where(scope => scope is Scopes.OpenId or Scopes.OfflineAccess || permissions.Contains(Allowed.Prefixes.Scope + scope))];
    }

    /// <summary>What a client may do in the shop by itself, without a user.</summary>
    public static async Task<string[]> PermissionsAsync(IOpenIddictApplicationManager clients, string id, CancellationToken cancel)
    {
        var client = await clients.FindByClientIdAsync(id, cancel) ?? throw new InvalidOperationException("OpenIddict accepted a client that is not there.");
        var permissions = await clients.GetPermissionsAsync(client, cancel);
        return [.. permissions.Where(p => p.StartsWith(ShopPermission, StringComparison.Ordinal)).Select(p => p[ShopPermission.Length..]).Order(StringComparer.Ordinal)];
    }

    private IEnumerable<OpenIddictApplicationDescriptor> Wanted()
    {
        if (environment.IsDevelopment())
        {
            yield return CommandLine();
        }
        if (WebClient.From(configuration) is { } web)
        {
            yield return web.Describe();
        }
        foreach (var machine in MachineClient.From(configuration))
        {
            yield return machine.Describe(ShopPermission);
        }
    }

    private static OpenIddictApplicationDescriptor CommandLine() => new()
    {
        ClientId = "shop-cli",
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
