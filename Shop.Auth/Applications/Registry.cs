using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Audit;
using Shop.Auth.Tokens;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Applications;

/// <summary>Why a change of an application was not made.</summary>
internal enum Refusal
{
    NoSuchApplication,

    /// <summary>It is the shop's own.</summary>
    Configured,

    /// <summary>It is of another type.</summary>
    OtherType,

    /// <summary>It may do, or would come to, what the caller may not: they would give it to themselves.</summary>
    BeyondCaller,
}

/// <summary>The applications that staff registered, beside those that are configured.</summary>
/// <remarks>None of it may be more than the caller is: a machine does what its permissions say for whoever has its secret.</remarks>
internal sealed class Registry(AuthDb db, IOpenIddictApplicationManager clients, Change change, LiveAccess access, IHttpContextAccessor http)
{
    private DbSet<OpenIddictEntityFrameworkCoreApplication<Guid>> All => db.Set<OpenIddictEntityFrameworkCoreApplication<Guid>>();

    public async Task<Page<ApplicationView>> ListAsync(Paging paging, CancellationToken cancel)
    {
        var rows = All.AsNoTracking();
        if (paging.After<Position>() is { } after)
        {
            rows = rows.Where(client => client.ClientId!.CompareTo(after.Id) > 0);
        }
        var page = await rows.OrderBy(client => client.ClientId).Take(paging.Fetch).ToListAsync(cancel);
        return Page.Of([.. page.Select(ApplicationView.Of)], paging, client => new Position(client.Id));
    }

    /// <summary>Null: there is none.</summary>
    public async Task<ApplicationView?> FindAsync(string id, CancellationToken cancel) =>
        await All.AsNoTracking().SingleOrDefaultAsync(client => client.ClientId == id, cancel) is { } client ? ApplicationView.Of(client) : null;

    public async Task<(ApplicationView? Made, Refusal? Refusal)> RegisterAsync(ApplicationRequest request, CancellationToken cancel)
    {
        var may = await CallersAsync();
        return (request.Permissions ?? []).Except(may).Any() ? (null, Refusal.BeyondCaller) : await change.MakeAsync(async () =>
        {
            // No user's id, so that a token whose sub it is can be no user's.
            var client = new OpenIddictApplicationDescriptor { ClientId = $"app-{Guid.CreateVersion7():N}", ClientSecret = NewSecret(request.Type) };
            client.Properties[Clients.Registered] = JsonElement.Parse("true");
            request.Describe(client);
            await clients.CreateAsync(client, cancel);
            var made = (await FindAsync(client.ClientId, cancel))! with { Secret = client.ClientSecret };
            return (((ApplicationView?)made, (Refusal?)null), (AuditEvent?)Event("client.register", made));
        }, cancel);
    }

    /// <summary>Makes it all that the request says, and nothing else.</summary>
    public Task<(ApplicationView? Changed, Refusal? Refusal)> ChangeAsync(string id, ApplicationRequest request, CancellationToken cancel) =>
        WithAsync(id, async (client, before) =>
        {
            if (request.Type != before.Type)
            {
                return (null, Refusal.OtherType);
            }
            if ((request.Permissions ?? []).Except(before.Permissions).Except(await CallersAsync()).Any())
            {
                return (null, Refusal.BeyondCaller);
            }
            await UpdateAsync(client, request.Describe, cancel);
            return ((await FindAsync(id, cancel))!, null);
        }, "client.change", cancel);

    /// <summary>Gives it a new secret; the old one is good no more.</summary>
    public Task<(ApplicationView? Changed, Refusal? Refusal)> RenewSecretAsync(string id, CancellationToken cancel) =>
        WithAsync(id, async (client, before) =>
        {
            if (before.Type is ApplicationType.Public)
            {
                return (null, Refusal.OtherType);
            }
            if (before.Permissions.Except(await CallersAsync()).Any())
            {
                return (null, Refusal.BeyondCaller);
            }
            var secret = NewSecret(before.Type);
            await UpdateAsync(client, described => described.ClientSecret = secret, cancel);
            return (before with { Secret = secret }, null);
        }, "client.secret", cancel);

    /// <summary>Removes it, with all tokens that it has and all that users agreed to.</summary>
    public async Task<Refusal?> RemoveAsync(string id, CancellationToken cancel) => (await WithAsync(id, async (client, before) =>
    {
        await db.Set<OpenIddictEntityFrameworkCoreToken<Guid>>().Where(token => token.Application!.Id == client.Id || token.Authorization!.Application!.Id == client.Id).ExecuteDeleteAsync(cancel);
        await db.Set<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().Where(session => session.Application!.Id == client.Id).ExecuteDeleteAsync(cancel);
        await All.Where(row => row.Id == client.Id).ExecuteDeleteAsync(cancel);
        return (before, null);
    }, "client.delete", cancel)).Refusal;

    /// <summary>Changes one in its turn, so that of two changes at the same time the later one sees the other.</summary>
    private Task<(ApplicationView? Changed, Refusal? Refusal)> WithAsync(
        string id, Func<OpenIddictEntityFrameworkCoreApplication<Guid>, ApplicationView, Task<(ApplicationView? Changed, Refusal? Refusal)>> make, string action, CancellationToken cancel) =>
        change.MakeAsync(async () =>
        {
            await db.Database.ExecuteSqlAsync($"SELECT FROM clients WHERE client_id = {id} FOR UPDATE", cancel);
            var client = await All.AsNoTracking().SingleOrDefaultAsync(row => row.ClientId == id, cancel);
            if (client is null || ApplicationView.Of(client) is not { Configured: false } before)
            {
                return ((null, client is null ? Refusal.NoSuchApplication : Refusal.Configured), null);
            }
            var made = await make(client, before);
            return (made, made.Refusal is null ? Event(action, made.Changed!) : null);
        }, cancel);

    private async Task UpdateAsync(OpenIddictEntityFrameworkCoreApplication<Guid> row, Action<OpenIddictApplicationDescriptor> describe, CancellationToken cancel)
    {
        var client = await clients.FindByIdAsync(row.Id.ToString(), cancel) ?? throw new InvalidOperationException("A client that is locked has gone.");
        var described = new OpenIddictApplicationDescriptor();
        await clients.PopulateAsync(described, client, cancel);
        describe(described);
        await clients.UpdateAsync(client, described, cancel);
    }

    private async Task<IReadOnlyCollection<string>> CallersAsync() =>
        await access.PermissionsAsync(http.HttpContext ?? throw new InvalidOperationException("There is no request.")) ?? [];

    private static AuditEvent Event(string action, ApplicationView application) => new(action, AuditEvent.Ok, application.Id,
        $"{application.Type}, {application.Name}; {string.Join(", ", application.Permissions.Concat(application.Scopes))}; {string.Join(", ", application.RedirectUris)}");

    private static string? NewSecret(ApplicationType type) => type is ApplicationType.Public ? null : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private sealed record Position(string Id);
}
