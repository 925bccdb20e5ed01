using Microsoft.AspNetCore.Identity;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>Hashes and verifies passwords in the form of <see cref="Password.Prepare"/>, one after another in the <see cref="HashingQueue"/>.</summary>
internal sealed class PasswordHashing(IPasswordHasher<User> hasher, HashingQueue queue, FailedAttempts attempts, FamiliarAddresses familiar)
{
    /// <summary>Verified when there is no user, so that the time does not tell whether an account exists.</summary>
    private readonly Lazy<string> _dummy = new(() => hasher.HashPassword(new(), Guid.NewGuid().ToString()));

    /// <exception cref="ProblemException">429: too many passwords from this address are waiting.</exception>
    /// <exception cref="UnavailableException">Too many passwords are waiting.</exception>
    public Task<string> HashAsync(User user, string password, HashingPriority priority, AttemptOrigin origin, CancellationToken cancellationToken)
    {
        var prepared = Password.Prepare(password);
        return queue.RunAsync(priority, origin, () => hasher.HashPassword(user, prepared), cancellationToken);
    }

    /// <summary>Verifies a password. Without a user it always fails, and takes as long.</summary>
    /// <param name="user">Null when no account has the name.</param>
    /// <param name="password">The password as given.</param>
    /// <param name="origin">The account it was given for, and from where.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="ProblemException">429: too many attempts failed, or too many passwords are waiting; this one was not verified.</exception>
    /// <exception cref="UnavailableException">Too many passwords are waiting.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(User? user, string password, AttemptOrigin origin, CancellationToken cancellationToken)
    {
        await familiar.RecallAsync(user?.Id, origin, cancellationToken);
        attempts.ThrowIfBlocked(origin);
        var verified = await queue.RunAsync(HashingPriority.SignIn, origin, () =>
        {
            // Again, because concurrent attempts that were queued before may have reached the limit.
            attempts.ThrowIfBlocked(origin);
            var result = Verify(user, password);
            var right = user?.PasswordHash is not null && result is not PasswordVerificationResult.Failed;
            attempts.Record(origin, right);
            return right ? result : PasswordVerificationResult.Failed;
        }, cancellationToken);
        if (verified is not PasswordVerificationResult.Failed)
            await familiar.AddAsync(user!.Id, origin, cancellationToken);
        return verified;
    }

    private PasswordVerificationResult Verify(User? user, string password)
    {
        var (hash, prepared) = (user?.PasswordHash ?? _dummy.Value, Password.Prepare(password));
        var result = hasher.VerifyHashedPassword(user ?? new(), hash, prepared);
        // Hashes from before passwords were prepared are of the password as typed.
        return result is PasswordVerificationResult.Failed && prepared != password
            && hasher.VerifyHashedPassword(user ?? new(), hash, password) is not PasswordVerificationResult.Failed
                ? PasswordVerificationResult.SuccessRehashNeeded
                : result;
    }
}
