using Microsoft.AspNetCore.Identity;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>Hashes and checks passwords, in the form of <see cref="Password.Prepare"/>, when it is their turn (<see cref="HashingLine"/>).</summary>
internal sealed class Passwords(IPasswordHasher<User> hasher, HashingLine line, WrongTries tries, FamiliarAddresses familiar)
{
    /// <summary>Checked where there is no user, so that a stranger cannot tell by the time whether an account exists.</summary>
    private readonly Lazy<string> _nobody = new(() => hasher.HashPassword(new(), Guid.NewGuid().ToString()));

    /// <summary>The hash to store.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="password">As it was given.</param>
    /// <param name="errand">What for.</param>
    /// <param name="origin">Which account it is for, and where it was given.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ProblemException">429: too many from there wait already.</exception>
    /// <exception cref="UnavailableException">Too many wait already.</exception>
    public Task<string> HashAsync(User user, string password, Errand errand, TryOrigin origin, CancellationToken cancel)
    {
        var prepared = Password.Prepare(password);
        return line.RunAsync(errand, origin, () => hasher.HashPassword(user, prepared), cancel);
    }

    /// <summary>Whether the password is the user's; without a user it never is, and takes as long.</summary>
    /// <param name="user">Null: nobody has the name.</param>
    /// <param name="password">What was given.</param>
    /// <param name="origin">Which account it was given for, and from where.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ProblemException">429: there have been too many wrong ones, or too many wait; this one was not looked at.</exception>
    /// <exception cref="UnavailableException">Too many wait already.</exception>
    public async Task<PasswordVerificationResult> VerifyAsync(User? user, string password, TryOrigin origin, CancellationToken cancel)
    {
        await familiar.RecallAsync(user?.Id, origin, cancel);
        tries.Expect(origin);
        var verified = await line.RunAsync(Errand.SignIn, origin, () =>
        {
            // Once more, now that it is its turn: of many that come at once only so many are looked at.
            tries.Expect(origin);
            var result = Verify(user, password);
            var right = user?.PasswordHash is not null && result is not PasswordVerificationResult.Failed;
            tries.Note(origin, right);
            return right ? result : PasswordVerificationResult.Failed;
        }, cancel);
        if (verified is not PasswordVerificationResult.Failed)
        {
            await familiar.NoteAsync(user!.Id, origin, cancel);
        }
        return verified;
    }

    private PasswordVerificationResult Verify(User? user, string password)
    {
        var (hash, prepared) = (user?.PasswordHash ?? _nobody.Value, Password.Prepare(password));
        var result = hasher.VerifyHashedPassword(user ?? new(), hash, prepared);
        // Hashes that were made before passwords were prepared are of what was typed then.
        return result is PasswordVerificationResult.Failed && prepared != password
            && hasher.VerifyHashedPassword(user ?? new(), hash, password) is not PasswordVerificationResult.Failed
                ? PasswordVerificationResult.SuccessRehashNeeded
                : result;
    }
}
