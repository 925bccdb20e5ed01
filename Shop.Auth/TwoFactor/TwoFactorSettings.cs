using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.TwoFactor;

/// <summary>What became of a wish about the second factor.</summary>
internal enum Wish
{
    Done,
    WrongPassword,
    WrongCode,
    IsOn,
    IsOff,
    NoSuchUser,
}

/// <summary>Turns the second factor of accounts on and off. Either ends the account's sessions, but the one that it is done in.</summary>
internal sealed class TwoFactorSettings(
    AuthDb db, OwnAccount own, UserManager<User> users, IUserStore<User> store, SecondFactor second, RecoveryCodes recovery, UserSessions sessions,
    Change change, IHttpContextAccessor http)
{
    /// <summary>Makes a secret for an app. It asks for no codes yet: first the user shows that the app has it.</summary>
    /// <returns>The user with it, in base 32; null but when it is done.</returns>
    public async Task<(Wish Outcome, User? User, string? Secret)> BeginAsync(Guid id, string password, CancellationToken cancel)
    {
        if (await own.VerifiedAsync(id, password, cancel) is not { } user)
        {
            return (await WrongPasswordAsync("two-factor.begin", id, cancel), null, null);
        }
        var (secret, stamp) = (users.GenerateNewAuthenticatorKey(), Guid.NewGuid().ToString());
        var outcome = await change.MakeAsync(async () =>
        {
            // The stamp says to whom a code was just shown right for the secret before.
            var begun = await db.Users.Where(u => u.Id == id && !u.TwoFactorEnabled)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.ConcurrencyStamp, stamp), cancel);
            if (begun == 0)
            {
                return (Wish.IsOn, Record("two-factor.begin", AuditEvent.Refused, id, "It is on."));
            }
            await ((IUserAuthenticatorKeyStore<User>)store).SetAuthenticatorKeyAsync(user, secret, cancel);
            return (Wish.Done, Record("two-factor.begin", AuditEvent.Ok, id));
        }, cancel);
        return outcome is Wish.Done ? (outcome, user, secret) : (outcome, null, null);
    }

    /// <summary>Asks for codes from now on; returns those for recovery, null but when it is done.</summary>
    public async Task<(Wish Outcome, IReadOnlyList<string>? Codes)> TurnOnAsync(Guid id, Guid? session, string code, CancellationToken cancel)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancel) is not { } user)
        {
            return (Wish.NoSuchUser, null);
        }
        if (user.TwoFactorEnabled)
        {
            return (Wish.IsOn, null);
        }
        var (right, codes) = (await second.IsOfAppAsync(user, code, http.HttpContext!), RecoveryCodes.Make());
        var outcome = await change.MakeAsync(async () =>
        {
            if (!right || await SwitchAsync(db.Users.Where(u => u.Id == id && u.ConcurrencyStamp == user.ConcurrencyStamp), id, true, session, cancel) is not { } ended)
            {
                return (Wish.WrongCode, Record("two-factor.on", AuditEvent.Failed, id, "The code was wrong."));
            }
            await recovery.ReplaceAsync(id, codes, cancel);
            return (Wish.Done, Record("two-factor.on", AuditEvent.Ok, id, $"Other sessions ended: {ended}."));
        }, cancel);
        return (outcome, outcome is Wish.Done ? codes : null);
    }

    /// <summary>
    /// Asks for the password alone from now on; done when it was so before. It wants a code, too: what keeps out those who have the password cannot be
    /// taken away with the password.
    /// </summary>
    public async Task<Wish> TurnOffAsync(Guid id, Guid? session, string password, string code, CancellationToken cancel) =>
        await RefusalAsync("two-factor.off", id, password, code, cancel) ?? await RemoveAsync(id, session, cancel);

    /// <summary>Takes the second factor from a user, with their secret and codes.</summary>
    /// <param name="id">Whose.</param>
    /// <param name="session">The one that goes on; null: none.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<Wish> RemoveAsync(Guid id, Guid? session, CancellationToken cancel) => change.MakeAsync(async () =>
    {
        if (!await db.Users.AnyAsync(u => u.Id == id, cancel))
        {
            return (Wish.NoSuchUser, null);
        }
        var ended = await SwitchAsync(db.Users.Where(u => u.Id == id), id, false, session, cancel);
        // What is spent is so still.
        await db.UserTokens.Where(token => token.UserId == id && token.LoginProvider != SpentCodes.Provider).ExecuteDeleteAsync(cancel);
        return (Wish.Done, ended is null ? null : Record("two-factor.off", AuditEvent.Ok, id, $"Other sessions ended: {ended}."));
    }, cancel);

    /// <summary>Replaces the codes for recovery, each of which is as good as one of the app; null but when it is done.</summary>
    public async Task<(Wish Outcome, IReadOnlyList<string>? Codes)> RenewCodesAsync(Guid id, string password, string code, CancellationToken cancel)
    {
        if (await RefusalAsync("two-factor.codes", id, password, code, cancel) is { } refusal)
        {
            return (refusal, null);
        }
        var codes = RecoveryCodes.Make();
        var outcome = await change.MakeAsync(async () =>
        {
            // Holding the user's row, so that it is not turned off meanwhile.
            var on = await db.Users.Where(u => u.Id == id && u.TwoFactorEnabled)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorEnabled, true), cancel);
            if (on == 0)
            {
                return (Wish.IsOff, null);
            }
            await recovery.ReplaceAsync(id, codes, cancel);
            return (Wish.Done, Record("two-factor.codes", AuditEvent.Ok, id));
        }, cancel);
        return (outcome, outcome is Wish.Done ? codes : null);
    }

    /// <summary>Returns how many sessions it ended; null when it was so before, or there is no such user.</summary>
    private async Task<int?> SwitchAsync(IQueryable<User> who, Guid id, bool on, Guid? session, CancellationToken cancel)
    {
        // The new stamp also ends what a sign-in that is under way makes yet.
        var stamp = Guid.NewGuid().ToString("N");
        var switched = await who.Where(u => u.TwoFactorEnabled != on).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.TwoFactorEnabled, on).SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.AccessFailedCount, 0), cancel);
        if (switched == 0)
        {
            return null;
        }
        var ended = await sessions.EndAllAsync(id, session, cancel);
        if (session is { } kept)
        {
            await sessions.KeepAsync(id, kept, stamp, cancel);
        }
        return ended;
    }

    /// <summary>Why somebody may not change the second factor that is on; null when they may.</summary>
    private async Task<Wish?> RefusalAsync(string action, Guid id, string password, string code, CancellationToken cancel)
    {
        if (await own.VerifiedAsync(id, password, cancel) is not { } user)
        {
            return await WrongPasswordAsync(action, id, cancel);
        }
        return !user.TwoFactorEnabled || await second.IsTheirsAsync(user, code, http.HttpContext!)
            ? null
            : await change.MakeAsync(() => Task.FromResult((Wish.WrongCode, Record(action, AuditEvent.Failed, id, "The code was wrong."))), cancel);
    }

    private Task<Wish> WrongPasswordAsync(string action, Guid id, CancellationToken cancel) =>
        change.MakeAsync(() => Task.FromResult((Wish.WrongPassword, Record(action, AuditEvent.Failed, id, "The password was wrong."))), cancel);

    // The type says that there may be none, which the compiler cannot see in a tuple.
    private static AuditEvent? Record(string action, string outcome, Guid user, string? detail = null) => new(action, outcome, user.ToString(), detail);
}
