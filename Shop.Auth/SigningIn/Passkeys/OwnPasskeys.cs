using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.SigningIn.Passkeys;

/// <summary>A passkey, as shown to its owner.</summary>
/// <param name="Id">The credential id in base64url.</param>
/// <param name="Name">The name that its owner gave it.</param>
/// <param name="CreatedAt">When it was registered.</param>
public sealed record PasskeyView(string Id, string Name, DateTimeOffset CreatedAt);

/// <summary>The passkeys of the user's own account.</summary>
internal sealed class OwnPasskeys(AuthDb db, IUserStore<User> store, AuditedTransaction transaction)
{
    /// <summary>Bounds what a hijacked session can add to the table.</summary>
    public const int Most = 20;

    /// <summary>The user's passkeys, oldest first.</summary>
    public async Task<IReadOnlyList<PasskeyView>> ListAsync(User user, CancellationToken cancellationToken) =>
        [.. (await Store.GetPasskeysAsync(user, cancellationToken))
            .OrderBy(passkey => passkey.CreatedAt)
            .Select(passkey => new PasskeyView(Base64Url(passkey.CredentialId), passkey.Name ?? "Passkey", passkey.CreatedAt))];

    /// <summary>Adds a passkey; false when the user has too many.</summary>
    public Task<bool> AddAsync(User user, UserPasskeyInfo passkey, string name, CancellationToken cancellationToken)
    {
        passkey.Name = name;
        return transaction.RunAsync(async () =>
        {
            // The update locks the user's row, so that the user exists and concurrent requests count one after another.
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorEnabled, u => u.TwoFactorEnabled), cancellationToken);
            if (await Of(user.Id).CountAsync(cancellationToken) >= Most)
                return (false, new AuditEvent("passkey.add", AuditEvent.Refused, user.Id.ToString(), $"There are {Most}."));
            await Store.AddOrUpdatePasskeyAsync(user, passkey, cancellationToken);
            // Without the name, which is personal data: audit records outlive the account.
            return (true, (AuditEvent?)new AuditEvent("passkey.add", AuditEvent.Ok, user.Id.ToString()));
        }, cancellationToken);
    }

    /// <summary>Removes a passkey, if there is one with this id.</summary>
    public Task RemoveAsync(User user, string id, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        if (Bytes(id) is not { } credential)
            return (false, null);
        var removed = await Of(user.Id).Where(passkey => passkey.CredentialId == credential).ExecuteDeleteAsync(cancellationToken) == 1;
        return (removed, removed ? new AuditEvent("passkey.remove", AuditEvent.Ok, user.Id.ToString()) : null);
    }, cancellationToken);

    private IUserPasskeyStore<User> Store => (IUserPasskeyStore<User>)store;

    private IQueryable<IdentityUserPasskey<Guid>> Of(Guid user) => db.Set<IdentityUserPasskey<Guid>>().Where(passkey => passkey.UserId == user);

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[]? Bytes(string id) =>
        System.Buffers.Text.Base64Url.IsValid(id) ? System.Buffers.Text.Base64Url.DecodeFromChars(id) : null;
}
