using System.Globalization;
using System.Text;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>
/// The rules for a password: long and not easily guessed, but no rules about its composition (NIST SP 800-63B-4, 3.1.1.2).
/// </summary>
internal static class Password
{
    /// <summary>In code points, where the password is the only factor.</summary>
    public const int MinLength = 15;

    /// <summary>In code points. Bounds the work that a caller can cause; longer passwords are refused, never truncated.</summary>
    public const int MaxLength = 256;

    /// <summary>
    /// The password as it is hashed, the same from every keyboard (RFC 8265, OpaqueString): in NFC, with every kind of space as a plain one. Case and
    /// invisible characters are kept, since some emoji need them. Malformed UTF-16 is returned unchanged.
    /// </summary>
    public static string Prepare(string password)
    {
        if (Ascii.IsValid(password) || password.EnumerateRunes().Contains(Rune.ReplacementChar))
            return password;
        var spaced = string.Create(password.Length, password, static (chars, from) =>
        {
            for (var i = 0; i < chars.Length; i++)
                chars[i] = char.GetUnicodeCategory(from[i]) is UnicodeCategory.SpaceSeparator ? ' ' : from[i];
        });
        return spaced.Normalize(NormalizationForm.FormC);
    }

    /// <summary>What is wrong with the password; null when nothing is.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">The account's address.</param>
    /// <param name="displayName">The account's name; null for none.</param>
    public static string? Validate(string password, string email, string? displayName)
    {
        var prepared = Prepare(password);
        var length = prepared.EnumerateRunes().Count();
        return length < MinLength ? $"Must have at least {MinLength} characters."
            : length > MaxLength ? $"Must have at most {MaxLength} characters."
            : prepared.Any(char.IsControl) ? "Must not contain control characters."
            : GuessablePassword.Validate(prepared, email, displayName);
    }
}
