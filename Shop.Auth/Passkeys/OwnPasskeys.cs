using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Passkeys;

/// <summary>A passkey, as its owner sees it.</summary>
/// <param name="Id">In base 64, as addresses have it.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record PasskeyView(string Id, string Name, DateTimeOffset CreatedAt);

/// <summary>The passkeys of one's own account.</summary>
internal sealed class OwnPasskeys(AuthDb db, IUserStore<User> store, Change change)
{
    /// <summary>So that a session that was taken over cannot fill the table.</summary>
    public const int Most = 20;

    /// <summary>All of a user's, the oldest first.</summary>
    public async Task<IReadOnlyList<PasskeyView>> ListAsync(User user, CancellationToken cancel) =>
        [.. (await Store.GetPasskeysAsync(user, cancel))
            .OrderBy(passkey => passkey.CreatedAt)
            .Select(passkey => new PasskeyView(Base64Url(passkey.CredentialId), passkey.Name ?? "Passkey", passkey.CreatedAt))];

    /// <summary>Adds one; false when there are too many.</summary>
    public Task<bool> AddAsync(User user, UserPasskeyInfo passkey, string name, CancellationToken cancel)
    {
        passkey.Name = name;
        return change.MakeAsync(async () =>
        {
            // Holding the user's row, so that it is there, and those who add at the same time count one after the other.
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorEnabled, u => u.TwoFactorEnabled), cancel);
            if (await Of(user.Id).CountAsync(cancel) >= Most)
            {
                return (false, new AuditEvent("passkey.add", AuditEvent.Refused, user.Id.ToString(), $"There are {Most}."));
            }
            await Store.AddOrUpdatePasskeyAsync(user, passkey, cancel);
            // Not its name, which would outlive the account.
            return (true, (AuditEvent?)new AuditEvent("passkey.add", AuditEvent.Ok, user.Id.ToString()));
        }, cancel);
    }

    /// <summary>Removes one; nothing happens when there is none with this id.</summary>
    public Task RemoveAsync(User user, string id, CancellationToken cancel) => change.MakeAsync(async () =>
    {
        if (Bytes(id) is not { } credential)
        {
            return (false, null);
        }
        var removed = await Of(user.Id).Where(passkey => passkey.CredentialId == credential).ExecuteDeleteAsync(cancel) == 1;
        return (removed, removed ? new AuditEvent("passkey.remove", AuditEvent.Ok, user.Id.ToString()) : null);
    }, cancel);

    private IUserPasskeyStore<User> Store => (IUserPasskeyStore<User>)store;

    private IQueryable<IdentityUserPasskey<Guid>> Of(Guid user) => db.Set<IdentityUserPasskey<Guid>>().Where(passkey => passkey.UserId == user);

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[]? Bytes(string id) =>
        System.Buffers.Text.Base64Url.IsValid(id) ? System.Buffers.Text.Base64Url.DecodeFromChars(id) : null;
}
