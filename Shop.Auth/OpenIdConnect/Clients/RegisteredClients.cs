using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.OpenIdConnect.Clients;

/// <summary>Why a client was not changed.</summary>
internal enum Refusal
{
    NoSuchClient,

    /// <summary>It is one of the shop's own.</summary>
    Configured,

    OtherType,

    /// <summary>It has, or would get, permissions that the caller lacks.</summary>
    BeyondCaller,
}

/// <summary>
/// The clients that staff registered, as opposed to <see cref="ConfiguredClients"/>. Whoever has a machine's secret has its permissions, so callers can handle only
/// clients with permissions that they have themselves.
/// </summary>
internal sealed class RegisteredClients(AuthDb db, IOpenIddictApplicationManager clients, AuditedTransaction transaction, LiveAccess access, IHttpContextAccessor http)
{
    private DbSet<OpenIddictEntityFrameworkCoreApplication<Guid>> All => db.Set<OpenIddictEntityFrameworkCoreApplication<Guid>>();

    public async Task<Page<ClientView>> ListAsync(Paging paging, CancellationToken cancellationToken)
    {
        var rows = All.AsNoTracking();
        if (paging.After<Position>() is { } after)
            rows = rows.Where(client => client.ClientId!.CompareTo(after.Id) > 0);
        var page = await rows.OrderBy(client => client.ClientId).Take(paging.Fetch).ToListAsync(cancellationToken);
        return Page.Of([.. page.Select(ClientView.Of)], paging, client => new Position(client.Id));
    }

    public async Task<ClientView?> FindAsync(string id, CancellationToken cancellationToken) =>
        await All.AsNoTracking().SingleOrDefaultAsync(client => client.ClientId == id, cancellationToken) is { } client ? ClientView.Of(client) : null;

    public async Task<(ClientView? Made, Refusal? Refusal)> RegisterAsync(ClientRequest request, CancellationToken cancellationToken)
    {
        var may = await CallerPermissionsAsync();
        return (request.Permissions ?? []).Except(may).Any() ? (null, Refusal.BeyondCaller) : await transaction.RunAsync(async () =>
        {
            // Not a Guid, so that a token's sub cannot be mistaken for a user's id.
            var client = new OpenIddictApplicationDescriptor { ClientId = $"app-{Guid.CreateVersion7():N}", ClientSecret = NewSecret(request.Type) };
            client.Properties[ConfiguredClients.Registered] = JsonElement.Parse("true");
            request.Describe(client);
            await clients.CreateAsync(client, cancellationToken);
            var made = (await FindAsync(client.ClientId, cancellationToken))! with { Secret = client.ClientSecret };
            return (((ClientView?)made, (Refusal?)null), (AuditEvent?)Event("client.register", made));
        }, cancellationToken);
    }

    /// <summary>Replaces all of it, except its type and secret.</summary>
    public Task<(ClientView? Changed, Refusal? Refusal)> ChangeAsync(string id, ClientRequest request, CancellationToken cancellationToken) =>
        WithLockAsync(id, async (client, before) =>
        {
            if (request.Type != before.Type)
                return (null, Refusal.OtherType);
            if ((request.Permissions ?? []).Except(before.Permissions).Except(await CallerPermissionsAsync()).Any())
                return (null, Refusal.BeyondCaller);
            await UpdateAsync(client, request.Describe, cancellationToken);
            return ((await FindAsync(id, cancellationToken))!, null);
        }, "client.change", cancellationToken);

    /// <summary>Replaces the secret.</summary>
    public Task<(ClientView? Changed, Refusal? Refusal)> RenewSecretAsync(string id, CancellationToken cancellationToken) =>
        WithLockAsync(id, async (client, before) =>
        {
            if (before.Type is ApplicationType.Public)
                return (null, Refusal.OtherType);
            if (before.Permissions.Except(await CallerPermissionsAsync()).Any())
                return (null, Refusal.BeyondCaller);
            var secret = NewSecret(before.Type);
            await UpdateAsync(client, described => described.ClientSecret = secret, cancellationToken);
            return (before with { Secret = secret }, null);
        }, "client.secret", cancellationToken);

    /// <summary>Deletes it, with its tokens and the consents for it.</summary>
    public async Task<Refusal?> RemoveAsync(string id, CancellationToken cancellationToken) => (await WithLockAsync(id, async (client, before) =>
    {
        await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>().Where(token => token.Application!.Id == client.Id || token.Authorization!.Application!.Id == client.Id).ExecuteDeleteAsync(cancellationToken);
        await db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().Where(session => session.Application!.Id == client.Id).ExecuteDeleteAsync(cancellationToken);
        await All.Where(row => row.Id == client.Id).ExecuteDeleteAsync(cancellationToken);
        return (before, null);
    }, "client.delete", cancellationToken)).Refusal;

    /// <summary>Runs a change with the client locked, so that the second of two concurrent changes sees the first.</summary>
    private Task<(ClientView? Changed, Refusal? Refusal)> WithLockAsync(
        string id, Func<OpenIddictEntityFrameworkCoreApplication<Guid>, ClientView, Task<(ClientView? Changed, Refusal? Refusal)>> make, string action, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            await db.Database.ExecuteSqlAsync($"SELECT FROM clients WHERE client_id = {id} FOR UPDATE", cancellationToken);
            var client = await All.AsNoTracking().SingleOrDefaultAsync(row => row.ClientId == id, cancellationToken);
            if (client is null || ClientView.Of(client) is not { Configured: false } before)
                return ((null, client is null ? Refusal.NoSuchClient : Refusal.Configured), null);
            var made = await make(client, before);
            return (made, made.Refusal is null ? Event(action, made.Changed!) : null);
        }, cancellationToken);

    private async Task UpdateAsync(OpenIddictEntityFrameworkCoreApplication<Guid> row, Action<OpenIddictApplicationDescriptor> describe, CancellationToken cancellationToken)
    {
        var client = await clients.FindByIdAsync(row.Id.ToString(), cancellationToken) ?? throw new InvalidOperationException("A locked client has disappeared.");
        var described = new OpenIddictApplicationDescriptor();
        await clients.PopulateAsync(described, client, cancellationToken);
        describe(described);
        await clients.UpdateAsync(client, described, cancellationToken);
    }

    private async Task<IReadOnlyCollection<string>> CallerPermissionsAsync() =>
        await access.PermissionsAsync(http.HttpContext ?? throw new InvalidOperationException("There is no request.")) ?? [];

    private static AuditEvent Event(string action, ClientView application) => new(action, AuditEvent.Ok, application.Id,
        $"{application.Type}, {application.Name}; {string.Join(", ", application.Permissions.Concat(application.Scopes))}; {string.Join(", ", application.RedirectUris)}");

    private static string? NewSecret(ApplicationType type) => type is ApplicationType.Public ? null : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private sealed record Position(string Id);
}
