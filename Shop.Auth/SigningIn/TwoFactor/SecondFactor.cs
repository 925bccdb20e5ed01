using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.SigningIn;

namespace Shop.Auth.SigningIn.TwoFactor;

/// <summary>Verifies the codes that are asked for after the password: from an authenticator app (RFC 6238), or for recovery. Each is valid once.</summary>
internal sealed class SecondFactor(AuthDb db, UserManager<User> users, RecoveryCodes recovery, UsedCodes usedCodes, FailedAttempts attempts, FamiliarAddresses familiar, AuditTrail audit)
{
    /// <summary>
    /// Consecutive wrong codes, over any time. After that only recovery codes are accepted, until one was right or staff unlocks the account (NIST SP 800-63B-4,
    /// 3.2.2). Five codes of a million are valid at a time.
    /// </summary>
    public const int MaxConsecutiveWrong = 100;

    private const int Digits = 6;

    /// <summary>In UTF-16 code units, including spaces and hyphens.</summary>
    private const int MaxLength = 64;

    /// <summary>The code without spaces and hyphens.</summary>
    public static string Plain(string code) => code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Verifies a code of either kind at sign-in. A wrong one is recorded.</summary>
    /// <exception cref="ProblemException">429: too many attempts failed; this code was not verified.</exception>
    public async Task<bool> VerifySignInAsync(User user, string code, HttpContext http)
    {
        if (await VerifyAsync(user, code, orRecovery: true, http))
            return true;
        await audit.RecordRefusedSignInAsync(http, user.Email!, user.Id);
        return false;
    }

    /// <summary>Verifies a code from the authenticator app.</summary>
    /// <exception cref="ProblemException">429: too many attempts failed; this code was not verified.</exception>
    public Task<bool> VerifyAppCodeAsync(User user, string code, HttpContext http) => VerifyAsync(user, code, orRecovery: false, http);

    /// <summary>Verifies a code of either kind.</summary>
    /// <exception cref="ProblemException">429: too many attempts failed; this code was not verified.</exception>
    public Task<bool> VerifyAsync(User user, string code, HttpContext http) => VerifyAsync(user, code, orRecovery: true, http);

    private async Task<bool> VerifyAsync(User user, string code, bool orRecovery, HttpContext http)
    {
        // Counted apart from passwords: a right password, which comes first, would reset the count.
        var origin = AttemptOrigin.Of($"CODE {user.Id}", http);
        await familiar.RecallAsync(user.Id, origin, http.RequestAborted);
        attempts.ThrowIfBlocked(origin);
        var (plain, cancellationToken) = (code.Length <= MaxLength ? Plain(code) : "", http.RequestAborted);
        var right = plain.Length == Digits && plain.All(char.IsAsciiDigit)
            ? await VerifyTimedAsync(user, plain, cancellationToken)
            : orRecovery && await recovery.TryUseAsync(user.Id, plain, cancellationToken);
        attempts.Record(origin, right);
        if (right)
        {
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.AccessFailedCount, 0), cancellationToken);
            await familiar.AddAsync(user.Id, origin, cancellationToken);
        }
        return right;
    }

    private async Task<bool> VerifyTimedAsync(User user, string code, CancellationToken cancellationToken)
    {
        // Counted before it is verified, so that the limit also holds for concurrent attempts.
        var counted = await db.Users.Where(u => u.Id == user.Id && u.AccessFailedCount < MaxConsecutiveWrong)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount + 1), cancellationToken);
        return counted == 1
            && await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, code)
            && await usedCodes.TryUseAsync(user.Id, code, cancellationToken);
    }
}
