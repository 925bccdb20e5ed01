using Microsoft.AspNetCore.Identity;
using Shop.ServiceDefaults;

namespace Shop.Auth.Users;

/// <summary>
/// Hashes and checks passwords, as many at a time as there are cores: each takes a core for a tenth of a second, and however many people sign
/// in at once, other requests must still get their share.
/// </summary>
internal sealed class Passwords(IPasswordHasher<User> hasher, QuietThreads threads, WrongTries tries)
{
    /// <summary>Half a minute's work for two cores. Who comes after that is told to come back rather than kept until they give up.</summary>
    private const int LongestLine = 400;

    /// <summary>Checked where there is no user, so that a stranger cannot tell by the time whether an account exists.</summary>
    private readonly Lazy<string> _nobody = new(() => hasher.HashPassword(new(), Guid.NewGuid().ToString()));

    /// <summary>The hash to store.</summary>
    /// <exception cref="UnavailableException">Too many wait already.</exception>
    public Task<string> HashAsync(User user, string password, CancellationToken cancel) =>
        InTurnAsync(() => hasher.HashPassword(user, password), cancel);

    /// <summary>Whether the password is the user's; without a user it never is, and takes as long.</summary>
    /// <param name="user">Null: nobody has the name.</param>
    /// <param name="password">What was given.</param>
    /// <param name="origin">Which account it was given for, and from where.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ProblemException">429: there have been too many wrong ones; this one was not looked at.</exception>
    /// <exception cref="UnavailableException">Too many wait already.</exception>
    public Task<PasswordVerificationResult> VerifyAsync(User? user, string password, TryOrigin origin, CancellationToken cancel)
    {
        tries.Expect(origin);
        return InTurnAsync(() =>
        {
            // Once more, now that it is its turn: of many that come at once only so many are looked at.
            tries.Expect(origin);
            var result = hasher.VerifyHashedPassword(user ?? new(), user?.PasswordHash ?? _nobody.Value, password);
            var right = user?.PasswordHash is not null && result is not PasswordVerificationResult.Failed;
            tries.Note(origin, right);
            return right ? result : PasswordVerificationResult.Failed;
        }, cancel);
    }

    private Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancel) => threads.Waiting < LongestLine
        ? threads.RunAsync(work, cancel)
        : throw new UnavailableException("Too many passwords wait to be checked.");
}
