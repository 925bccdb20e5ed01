using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Users;

namespace Shop.Auth.TwoFactor;

/// <summary>Checks the codes that are asked for beside the password: of an authenticator app (RFC 6238), or for recovery. Each is good once.</summary>
internal sealed class SecondFactor(AuthDb db, UserManager<User> users, RecoveryCodes recovery, SpentCodes spent, WrongTries tries, FamiliarAddresses familiar, AuditTrail audit)
{
    /// <summary>
    /// In a row, over any time; after that only recovery codes are looked at, until one was right or staff unlocks the account (NIST SP 800-63B-4,
    /// 3.2.2). Five codes of a million are right at a time.
    /// </summary>
    public const int MostWrong = 100;

    private const int Digits = 6;

    /// <summary>In UTF-16 units; no code has more, however it is written.</summary>
    private const int MaxLength = 64;

    /// <summary>The code without what only makes it readable.</summary>
    public static string Plain(string code) => code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Lets the user in with a code of either kind; else records that they were not.</summary>
    /// <exception cref="Shop.ServiceDefaults.ProblemException">429: there have been too many wrong ones; this one was not looked at.</exception>
    public async Task<bool> AdmitsAsync(User user, string code, HttpContext http)
    {
        if (await TakeAsync(user, code, orRecovery: true, http))
        {
            return true;
        }
        await audit.RecordRefusedSignInAsync(http, user.Email!, user.Id);
        return false;
    }

    /// <summary>Whether the code is of the app that has the user's secret.</summary>
    /// <exception cref="Shop.ServiceDefaults.ProblemException">429: there have been too many wrong ones; this one was not looked at.</exception>
    public Task<bool> IsOfAppAsync(User user, string code, HttpContext http) => TakeAsync(user, code, orRecovery: false, http);

    /// <summary>Whether the code is the user's, of either kind.</summary>
    /// <exception cref="Shop.ServiceDefaults.ProblemException">429: there have been too many wrong ones; this one was not looked at.</exception>
    public Task<bool> IsTheirsAsync(User user, string code, HttpContext http) => TakeAsync(user, code, orRecovery: true, http);

    private async Task<bool> TakeAsync(User user, string code, bool orRecovery, HttpContext http)
    {
        // Not the account that passwords are counted for: each right password would take back the count.
        var origin = TryOrigin.Of($"CODE {user.Id}", http);
        await familiar.RecallAsync(user.Id, origin, http.RequestAborted);
        tries.Expect(origin);
        var (plain, cancel) = (code.Length <= MaxLength ? Plain(code) : "", http.RequestAborted);
        var right = plain.Length == Digits && plain.All(char.IsAsciiDigit)
            ? await TakeTimedAsync(user, plain, cancel)
            : orRecovery && await recovery.TakeAsync(user.Id, plain, cancel);
        tries.Note(origin, right);
        if (right)
        {
            await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.AccessFailedCount, 0), cancel);
            await familiar.NoteAsync(user.Id, origin, cancel);
        }
        return right;
    }

    private async Task<bool> TakeTimedAsync(User user, string code, CancellationToken cancel)
    {
        // Counted before it is looked at, so that the limit also holds for many at once.
        var counted = await db.Users.Where(u => u.Id == user.Id && u.AccessFailedCount < MostWrong)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount + 1), cancel);
        return counted == 1
            && await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, code)
            && await spent.TakeAsync(user.Id, code, cancel);
    }
}
