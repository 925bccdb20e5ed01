namespace Shop.Auth.Users;

/// <summary>
/// The rules of a password: long, not one that is tried first, and nothing about its composition (NIST SP 800-63B-4, 3.1.1.2).
/// </summary>
internal static class Password
{
    /// <summary>In code points, where the password is the only factor.</summary>
    public const int MinLength = 15;

    /// <summary>In code points. It bounds the work that a stranger can cause; nothing is cut off.</summary>
    public const int MaxLength = 256;

    /// <summary>What is wrong with the password; null when nothing is.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">The address of whose it is to be.</param>
    /// <param name="displayName">Their name; null: none given.</param>
    public static string? Fault(string password, string email, string? displayName = null)
    {
        var length = password.EnumerateRunes().Count();
        return length < MinLength ? $"Must have at least {MinLength} characters."
            : length > MaxLength ? $"Must have at most {MaxLength} characters."
            : GuessablePassword.Fault(password, email, displayName);
    }
}
