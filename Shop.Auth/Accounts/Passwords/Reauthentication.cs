using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>Asks signed-in users for their password again before a sensitive change, so that taking over a session is not enough for it.</summary>
internal sealed class Reauthentication(AuthDb db, PasswordHashing passwords, IHttpContextAccessor http)
{
    public const string WrongPassword = "That isn't your current password.";

    /// <summary>The user, when the password is theirs; else null.</summary>
    /// <exception cref="ProblemException">429: too many wrong passwords were given.</exception>
    public async Task<User?> VerifyAsync(Guid id, string password, CancellationToken cancellationToken)
    {
        // No account has a longer one.
        if (password.Length > Password.MaxLength * 2)
            return null;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        var origin = AttemptOrigin.Of(user?.NormalizedEmail ?? "", http.HttpContext!);
        return await passwords.VerifyAsync(user, password, origin, cancellationToken) is PasswordVerificationResult.Failed ? null : user;
    }
}
