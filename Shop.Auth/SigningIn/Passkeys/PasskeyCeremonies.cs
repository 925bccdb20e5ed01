using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Audit;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.SigningIn.Passkeys;

/// <summary>A begun ceremony.</summary>
/// <param name="Options">For the browser's passkey API, as JSON.</param>
/// <param name="Ticket">The server's state, encrypted, to be sent back with the answer.</param>
internal sealed record Ceremony(string Options, string Ticket);

/// <summary>
/// The two ceremonies of Web Authentication level 3: registering a passkey and signing in with one. The server keeps no state in between: the challenge is in the
/// ticket. Each challenge is accepted once.
/// </summary>
internal sealed class PasskeyCeremonies(
    AuthDb db, UserManager<User> users, IPasskeyHandler<User> handler, UsedCodes usedCodes, AuditTrail audit, IDataProtectionProvider protection)
{
    /// <summary>How long a user may take. Shorter than <see cref="UsedCodes.KeptFor"/>.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <summary>In UTF-16 code units. Answers have about 1,000 to 4,000.</summary>
    private const int MaxAnswer = 16 * 1024;

    private readonly ITimeLimitedDataProtector _signing = protection.CreateProtector("Shop.Auth.Passkeys.Signing").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _making = protection.CreateProtector("Shop.Auth.Passkeys.Making").ToTimeLimitedDataProtector();

    public async Task<Ceremony> BeginSignInAsync(HttpContext http)
    {
        var asked = await handler.MakeRequestOptionsAsync(user: null, http);
        return new(asked.RequestOptionsJson, _signing.Protect(asked.AssertionState!, Timeout));
    }

    /// <summary>The user who signed in; null when refused. The refusal goes to the audit trail if the user is known, else to the log only.</summary>
    public async Task<User?> CompleteSignInAsync(string ticket, string answer, HttpContext http)
    {
        if (answer.Length > MaxAnswer || Open(_signing, ticket) is not { } state)
            return await RefuseAsync(http, null, "It came too late.");
        var result = await handler.PerformAssertionAsync(new() { HttpContext = http, CredentialJson = answer, AssertionState = state });
        if (!result.Succeeded)
        {
            ThrowIfUnavailable(result.Failure);
            return await RefuseAsync(http, null, result.Failure.Message);
        }
        var user = result.User;
        if (await users.IsLockedOutAsync(user))
            return await RefuseAsync(http, user, "The account is locked.");
        if (!await IsFirstUseAsync(user, state, http))
            return await RefuseAsync(http, user, "It was used before.");
        return await SaveCounterAsync(result.Passkey, http.RequestAborted) ? user : await RefuseAsync(http, user, "It was removed.");
    }

    public async Task<Ceremony> BeginRegistrationAsync(User user, HttpContext http)
    {
        var asked = await handler.MakeCreationOptionsAsync(
            new() { Id = user.Id.ToString(), Name = user.Email!, DisplayName = user.DisplayName ?? user.Email! }, http);
        return new(asked.CreationOptionsJson, _making.Protect(asked.AttestationState!, Timeout));
    }

    /// <summary>The new passkey; null when the answer is not valid, or another user's.</summary>
    public async Task<UserPasskeyInfo?> CompleteRegistrationAsync(User user, string ticket, string answer, HttpContext http)
    {
        // Part of the answer is stored as JSON, in which PostgreSQL refuses NUL.
        if (answer.Length > MaxAnswer || answer.Contains(@"\u0000", StringComparison.Ordinal) || Open(_making, ticket) is not { } state)
            return null;
        var result = await handler.PerformAttestationAsync(new() { HttpContext = http, CredentialJson = answer, AttestationState = state });
        ThrowIfUnavailable(result.Failure);
        return result.Succeeded && result.UserEntity.Id == user.Id.ToString() && await IsFirstUseAsync(user, state, http) ? result.Passkey : null;
    }

    private Task<bool> IsFirstUseAsync(User user, string state, HttpContext http) =>
        usedCodes.TryUseAsync(user.Id, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(state))), http.RequestAborted);

    /// <summary>Stores the signature counter, which reveals copies of a passkey; false when the passkey was removed.</summary>
    private async Task<bool> SaveCounterAsync(UserPasskeyInfo used, CancellationToken cancellationToken)
    {
        if (await db.Set<IdentityUserPasskey<Guid>>().SingleOrDefaultAsync(passkey => passkey.CredentialId == used.CredentialId, cancellationToken) is not { } passkey)
            return false;
        (passkey.Data.SignCount, passkey.Data.IsBackedUp) = (used.SignCount, used.IsBackedUp);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        // Removed at the same time.
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private async Task<User?> RefuseAsync(HttpContext http, User? user, string why)
    {
        var refused = new AuditEvent("sign-in", AuditEvent.Failed, user?.Id.ToString(), $"With a passkey. {why}");
        if (user is not null)
        {
            await audit.RecordAsync(http, refused);
            return null;
        }
        // Anybody can cause these at any rate, so they must not fill the table.
        audit.LogOnly(http, refused);
        return null;
    }

    private static string? Open(ITimeLimitedDataProtector protector, string ticket)
    {
        try
        {
            return protector.Unprotect(ticket);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The handler reports every exception as an invalid answer, even when the database cannot be reached.</summary>
    private static void ThrowIfUnavailable(PasskeyException? failure)
    {
        if (failure?.InnerException is { } cause && (cause is DbException || cause.InnerException is DbException))
            ExceptionDispatchInfo.Throw(cause);
    }
}
