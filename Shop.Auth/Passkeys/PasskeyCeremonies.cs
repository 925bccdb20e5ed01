using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.TwoFactor;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.Passkeys;

/// <summary>What a browser is asked to do with a passkey.</summary>
/// <param name="Options">For the browser, as JSON.</param>
/// <param name="Ticket">What its answer is checked against, sealed; to be sent with the answer.</param>
internal sealed record Ceremony(string Options, string Ticket);

/// <summary>
/// Asks browsers to make passkeys and to sign with them, and checks what they answer (Web Authentication, level 3). The server keeps nothing in
/// between: the challenge is in the ticket. What was answered once is good no more.
/// </summary>
internal sealed class PasskeyCeremonies(
    AuthDb db, UserManager<User> users, IPasskeyHandler<User> handler, SpentCodes spent, AuditTrail audit, IDataProtectionProvider protection)
{
    /// <summary>How long a person may take. Shorter than <see cref="SpentCodes.Remembered"/>.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>In UTF-16 units. An answer has some 1,000 to 4,000.</summary>
    private const int MaxAnswer = 16 * 1024;

    private readonly ITimeLimitedDataProtector _signing = protection.CreateProtector("Shop.Auth.Passkeys.Signing").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _making = protection.CreateProtector("Shop.Auth.Passkeys.Making").ToTimeLimitedDataProtector();

    /// <summary>Asks whoever it is to sign with a passkey of theirs.</summary>
    public async Task<Ceremony> AskToSignAsync(HttpContext http)
    {
        var asked = await handler.MakeRequestOptionsAsync(user: null, http);
        return new(asked.RequestOptionsJson, _signing.Protect(asked.AssertionState!, Patience));
    }

    /// <summary>Who signed; null when it is nobody who may sign in: recorded if it is known who, else in the log only.</summary>
    public async Task<User?> AdmitAsync(string ticket, string answer, HttpContext http)
    {
        if (answer.Length > MaxAnswer || Open(_signing, ticket) is not { } state)
        {
            return await RefuseAsync(http, null, "It came too late.");
        }
        var result = await handler.PerformAssertionAsync(new() { HttpContext = http, CredentialJson = answer, AssertionState = state });
        if (!result.Succeeded)
        {
            ThrowIfUnavailable(result.Failure);
            return await RefuseAsync(http, null, result.Failure.Message);
        }
        var user = result.User;
        if (await users.IsLockedOutAsync(user))
        {
            return await RefuseAsync(http, user, "The account is locked.");
        }
        if (!await IsFirstUseAsync(user, state, http))
        {
            return await RefuseAsync(http, user, "It was used before.");
        }
        return await NoteUseAsync(result.Passkey, http.RequestAborted) ? user : await RefuseAsync(http, user, "It was removed.");
    }

    /// <summary>Asks a user's browser to make a passkey.</summary>
    public async Task<Ceremony> AskToMakeAsync(User user, HttpContext http)
    {
        var asked = await handler.MakeCreationOptionsAsync(
            new() { Id = user.Id.ToString(), Name = user.Email!, DisplayName = user.DisplayName ?? user.Email! }, http);
        return new(asked.CreationOptionsJson, _making.Protect(asked.AttestationState!, Patience));
    }

    /// <summary>The passkey that was made; null when it is none, or another user's.</summary>
    public async Task<UserPasskeyInfo?> MadeAsync(User user, string ticket, string answer, HttpContext http)
    {
        // What is kept of it is JSON, which the database refuses with a NUL character in it.
        if (answer.Length > MaxAnswer || answer.Contains(@"\u0000", StringComparison.Ordinal) || Open(_making, ticket) is not { } state)
        {
            return null;
        }
        var result = await handler.PerformAttestationAsync(new() { HttpContext = http, CredentialJson = answer, AttestationState = state });
        ThrowIfUnavailable(result.Failure);
        return result.Succeeded && result.UserEntity.Id == user.Id.ToString() && await IsFirstUseAsync(user, state, http) ? result.Passkey : null;
    }

    private Task<bool> IsFirstUseAsync(User user, string state, HttpContext http) =>
        spent.TakeAsync(user.Id, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(state))), http.RequestAborted);

    /// <summary>Keeps the counter by which a copy would show; false when the passkey is no more.</summary>
    private async Task<bool> NoteUseAsync(UserPasskeyInfo used, CancellationToken cancel)
    {
        if (await db.Set<IdentityUserPasskey<Guid>>().SingleOrDefaultAsync(passkey => passkey.CredentialId == used.CredentialId, cancel) is not { } passkey)
        {
            return false;
        }
        (passkey.Data.SignCount, passkey.Data.IsBackedUp) = (used.SignCount, used.IsBackedUp);
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        // Removed meanwhile.
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
        // What anybody can send as fast as they like must not fill the table.
        audit.Recorded(http, refused);
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

    /// <summary>The handler takes everything that goes wrong for a bad answer, also a database that is away.</summary>
    private static void ThrowIfUnavailable(PasskeyException? failure)
    {
        if (failure?.InnerException is { } cause && (cause is DbException || cause.InnerException is DbException))
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }
}
