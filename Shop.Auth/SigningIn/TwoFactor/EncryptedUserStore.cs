using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Shop.Auth.Accounts;

namespace Shop.Auth.SigningIn.TwoFactor;

/// <summary>Identity's store, with the authenticator secrets encrypted.</summary>
internal sealed class EncryptedUserStore(AuthDb db, IDataProtectionProvider protection, IdentityErrorDescriber describer)
    : UserStore<User, Role, AuthDb, Guid>(db, describer)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Auth.TwoFactor");

    public override async Task<string?> GetAuthenticatorKeyAsync(User user, CancellationToken cancellationToken) =>
        await base.GetAuthenticatorKeyAsync(user, cancellationToken) is { } stored ? _protector.Unprotect(stored) : null;

    public override Task SetAuthenticatorKeyAsync(User user, string key, CancellationToken cancellationToken) =>
        base.SetAuthenticatorKeyAsync(user, _protector.Protect(key), cancellationToken);
}
