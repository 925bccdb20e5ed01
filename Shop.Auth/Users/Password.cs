namespace Shop.Auth.Users;

/// <summary>
/// The rules of a password: long, and nothing about its composition (NIST SP 800-63B-4, 3.1.1.2).
/// </summary>
internal static class Password
{
    /// <summary>In code points, where the password is the only factor.</summary>
    public const int MinLength = 15;

    /// <summary>In code points. It bounds the work that a stranger can cause; nothing is cut off.</summary>
    public const int MaxLength = 256;

    /// <summary>What is wrong with the password; null when nothing is.</summary>
    public static string? Fault(string password, string email)
    {
        var length = password.EnumerateRunes().Count();
        return length < MinLength ? $"Must have at least {MinLength} characters."
            : length > MaxLength ? $"Must have at most {MaxLength} characters."
            : string.Equals(password.Trim(), email, StringComparison.OrdinalIgnoreCase) ? "Must not be the e-mail address."
            : null;
    }
}
