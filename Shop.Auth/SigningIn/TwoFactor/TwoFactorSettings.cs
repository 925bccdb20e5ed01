using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Audit;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Audit;

namespace Shop.Auth.SigningIn.TwoFactor;

internal enum TwoFactorOutcome
{
    Done,
    WrongPassword,
    WrongCode,
    AlreadyOn,
    AlreadyOff,
    NoSuchUser,
}

/// <summary>Turns the second factor of an account on and off. Either ends the account's sessions, except the one that it is done in.</summary>
internal sealed class TwoFactorSettings(
    AuthDb db, Reauthentication reauthentication, UserManager<User> users, IUserStore<User> store, SecondFactor second, RecoveryCodes recovery, UserSessions sessions,
    AuditedTransaction transaction, IHttpContextAccessor http)
{
    /// <summary>Creates a secret for an authenticator app. Codes are required only after the user has shown that the app has it, see <see cref="TurnOnAsync"/>.</summary>
    /// <returns>The user and the secret in base 32; null unless done.</returns>
    public async Task<(TwoFactorOutcome Outcome, User? User, string? Secret)> BeginAsync(Guid id, string password, CancellationToken cancellationToken)
    {
        if (await reauthentication.VerifyAsync(id, password, cancellationToken) is not { } user)
            return (await FailAsync("two-factor.begin", id, TwoFactorOutcome.WrongPassword, cancellationToken), null, null);
        var (secret, stamp) = (users.GenerateNewAuthenticatorKey(), Guid.NewGuid().ToString());
        var outcome = await transaction.RunAsync(async () =>
        {
            // With a new stamp, a concurrent TurnOnAsync that verified a code of the previous secret changes nothing.
            var begun = await db.Users.Where(u => u.Id == id && !u.TwoFactorEnabled)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.ConcurrencyStamp, stamp), cancellationToken);
            if (begun == 0)
                return (TwoFactorOutcome.AlreadyOn, Event("two-factor.begin", AuditEvent.Refused, id, "It is on."));
            await ((IUserAuthenticatorKeyStore<User>)store).SetAuthenticatorKeyAsync(user, secret, cancellationToken);
            return (TwoFactorOutcome.Done, Event("two-factor.begin", AuditEvent.Ok, id));
        }, cancellationToken);
        return outcome is TwoFactorOutcome.Done ? (outcome, user, secret) : (outcome, null, null);
    }

    /// <summary>Requires codes from now on.</summary>
    /// <returns>The recovery codes; null unless done.</returns>
    public async Task<(TwoFactorOutcome Outcome, IReadOnlyList<string>? Codes)> TurnOnAsync(Guid id, Guid? session, string code, CancellationToken cancellationToken)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is not { } user)
            return (TwoFactorOutcome.NoSuchUser, null);
        if (user.TwoFactorEnabled)
            return (TwoFactorOutcome.AlreadyOn, null);
        var (right, codes) = (await second.VerifyAppCodeAsync(user, code, http.HttpContext!), RecoveryCodes.Generate());
        var outcome = await transaction.RunAsync(async () =>
        {
            if (!right || await SwitchAsync(db.Users.Where(u => u.Id == id && u.ConcurrencyStamp == user.ConcurrencyStamp), id, true, session, cancellationToken) is not { } ended)
                return (TwoFactorOutcome.WrongCode, Event("two-factor.on", AuditEvent.Failed, id, "The code was wrong."));
            await recovery.ReplaceAsync(id, codes, cancellationToken);
            return (TwoFactorOutcome.Done, Event("two-factor.on", AuditEvent.Ok, id, $"Other sessions ended: {ended}."));
        }, cancellationToken);
        return (outcome, outcome is TwoFactorOutcome.Done ? codes : null);
    }

    /// <summary>
    /// Requires the password only from now on. Takes a code as well as the password: otherwise whoever has the password could remove what protects against
    /// exactly that. Does nothing if the second factor is off.
    /// </summary>
    public async Task<TwoFactorOutcome> TurnOffAsync(Guid id, Guid? session, string password, string code, CancellationToken cancellationToken) =>
        await VerifyAsync("two-factor.off", id, password, code, cancellationToken) ?? await RemoveAsync(id, session, cancellationToken);

    /// <summary>Removes a user's second factor, with its secret and recovery codes.</summary>
    /// <param name="id">The user's id.</param>
    /// <param name="session">The session that stays active; null for none.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    public Task<TwoFactorOutcome> RemoveAsync(Guid id, Guid? session, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        if (!await db.Users.AnyAsync(u => u.Id == id, cancellationToken))
            return (TwoFactorOutcome.NoSuchUser, null);
        var ended = await SwitchAsync(db.Users.Where(u => u.Id == id), id, false, session, cancellationToken);
        // Used codes are kept, so that none can be used again.
        await db.UserTokens.Where(token => token.UserId == id && token.LoginProvider != UsedCodes.Provider).ExecuteDeleteAsync(cancellationToken);
        return (TwoFactorOutcome.Done, ended is null ? null : Event("two-factor.off", AuditEvent.Ok, id, $"Other sessions ended: {ended}."));
    }, cancellationToken);

    /// <summary>Replaces the recovery codes, each of which is as good as a code from the app.</summary>
    /// <returns>The new codes; null unless done.</returns>
    public async Task<(TwoFactorOutcome Outcome, IReadOnlyList<string>? Codes)> RenewCodesAsync(Guid id, string password, string code, CancellationToken cancellationToken)
    {
        if (await VerifyAsync("two-factor.codes", id, password, code, cancellationToken) is { } refusal)
            return (refusal, null);
        var codes = RecoveryCodes.Generate();
        var outcome = await transaction.RunAsync(async () =>
        {
            // The update locks the user's row, so that the second factor is not turned off at the same time.
            var on = await db.Users.Where(u => u.Id == id && u.TwoFactorEnabled)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.TwoFactorEnabled, true), cancellationToken);
            if (on == 0)
                return (TwoFactorOutcome.AlreadyOff, null);
            await recovery.ReplaceAsync(id, codes, cancellationToken);
            return (TwoFactorOutcome.Done, Event("two-factor.codes", AuditEvent.Ok, id));
        }, cancellationToken);
        return (outcome, outcome is TwoFactorOutcome.Done ? codes : null);
    }

    /// <summary>Returns how many sessions ended; null when there was nothing to change.</summary>
    private async Task<int?> SwitchAsync(IQueryable<User> user, Guid id, bool on, Guid? session, CancellationToken cancellationToken)
    {
        // The new stamp also ends a session that a concurrent sign-in is about to start.
        var stamp = Guid.NewGuid().ToString("N");
        var switched = await user.Where(u => u.TwoFactorEnabled != on).ExecuteUpdateAsync(
            set => set.SetProperty(u => u.TwoFactorEnabled, on).SetProperty(u => u.SecurityStamp, stamp).SetProperty(u => u.AccessFailedCount, 0), cancellationToken);
        if (switched == 0)
            return null;
        var ended = await sessions.EndAllAsync(id, session, cancellationToken);
        if (session is { } kept)
            await sessions.KeepAsync(id, kept, stamp, cancellationToken);
        return ended;
    }

    /// <summary>Verifies the password and, if the second factor is on, a code; null when both are right.</summary>
    private async Task<TwoFactorOutcome?> VerifyAsync(string action, Guid id, string password, string code, CancellationToken cancellationToken)
    {
        if (await reauthentication.VerifyAsync(id, password, cancellationToken) is not { } user)
            return await FailAsync(action, id, TwoFactorOutcome.WrongPassword, cancellationToken);
        return !user.TwoFactorEnabled || await second.VerifyAsync(user, code, http.HttpContext!)
            ? null
            : await FailAsync(action, id, TwoFactorOutcome.WrongCode, cancellationToken);
    }

    private Task<TwoFactorOutcome> FailAsync(string action, Guid id, TwoFactorOutcome outcome, CancellationToken cancellationToken) =>
        transaction.FailAsync(action, id, outcome, outcome is TwoFactorOutcome.WrongCode ? "The code was wrong." : "The password was wrong.", cancellationToken);

    // Nullable, because the compiler does not infer it for a tuple.
    private static AuditEvent? Event(string action, string outcome, Guid user, string? detail = null) => new(action, outcome, user.ToString(), detail);
}
