using System.Globalization;
using System.Text;

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

    /// <summary>
    /// The password as it is hashed, the same from every keyboard (RFC 8265, OpaqueString): in NFC, with a plain space for each kind of space. Case and
    /// invisible characters stay: emoji need some of these. What is not well-formed stays as it is.
    /// </summary>
    public static string Prepare(string password)
    {
        if (Ascii.IsValid(password) || password.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            return password;
        }
        var spaced = string.Create(password.Length, password, static (chars, from) =>
        {
            for (var i = 0; i < chars.Length; i++)
            {
                chars[i] = char.GetUnicodeCategory(from[i]) is UnicodeCategory.SpaceSeparator ? ' ' : from[i];
            }
        });
        return spaced.Normalize(NormalizationForm.FormC);
    }

    /// <summary>What is wrong with the password; null when nothing is.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">The address of whose it is to be.</param>
    /// <param name="displayName">Their name; null: none given.</param>
    public static string? Fault(string password, string email, string? displayName)
    {
        var prepared = Prepare(password);
        var length = prepared.EnumerateRunes().Count();
        return length < MinLength ? $"Must have at least {MinLength} characters."
            : length > MaxLength ? $"Must have at most {MaxLength} characters."
            : prepared.Any(char.IsControl) ? "Must not contain control characters."
            : GuessablePassword.Fault(prepared, email, displayName);
    }
}
