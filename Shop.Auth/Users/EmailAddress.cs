using System.Globalization;
using System.Net.Mail;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Text;

namespace Shop.Auth.Users;

/// <summary>
/// The rules of an e-mail address, and its forms. However an address is written (é in one piece or two, <c>müller</c> or <c>xn--mller-kva</c>, in
/// full-width letters, with a dot at the end), it is one address and has one account.
/// </summary>
internal static class EmailAddress
{
    /// <summary>The longest address that SMTP can deliver to (RFC 5321 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaxLength = 254;

    // UTS 46; what is not well-formed it refuses.
    private static readonly IdnMapping Idn = new();

    /// <summary>The address as it is stored and written to: in NFKC, without what cannot be seen and without dots at the end.</summary>
    public static string Clean(string typed)
    {
        if (Ascii.IsValid(typed))
        {
            return typed.Trim().TrimEnd('.');
        }
        if (!PlainText.IsStorable(typed))
        {
            return typed.Trim();
        }
        var seen = string.Concat(typed.EnumerateRunes().Where(rune => !IsIgnorable(rune)));
        return PlainText.Normalize(seen.Normalize(NormalizationForm.FormKC)).TrimEnd('.', '\u3002', '\uFF61');
    }

    /// <summary>The address as it is compared by: its host in ASCII (IDNA), all in capitals.</summary>
    public static string Normalize(string typed)
    {
        var clean = Clean(typed);
        var at = clean.LastIndexOf('@');
        return (at < 0 || HostOf(clean) is not { } host ? clean : clean[..(at + 1)] + host).ToUpperInvariant();
    }

    /// <summary>What is wrong with the address, already cleaned; null when nothing is.</summary>
    public static string? Fault(string email) =>
        email.Length == 0 ? "Is required."
        : email.Length > MaxLength || Normalize(email).Length > MaxLength ? $"Must have at most {MaxLength} characters."
        : !IsAddress(email) ? "Must be an e-mail address, such as name@example.org."
        : null;

    /// <summary>
    /// The account with this address, however it is written; null: nobody's. Accounts that were made before addresses had one form may have what is
    /// another's now: they are found by what they registered with, letter by letter.
    /// </summary>
    public static async Task<User?> FindByEmailAsync(this DbSet<User> users, string typed, CancellationToken cancel)
    {
        // PostgreSQL has no text with NUL or half characters in it, so nobody has such an address.
        if (!PlainText.IsStorable(typed) || typed.Length > MaxLength * 4)
        {
            return null;
        }
        var (normalized, before) = (Normalize(typed), typed.Trim().ToUpperInvariant());
        var found = await users.Where(user => user.NormalizedEmail == normalized || user.NormalizedEmail == before).ToListAsync(cancel);
        return found.Find(user => user.NormalizedEmail == before) ?? found.FirstOrDefault();
    }

    private static bool IsAddress(string email) =>
        PlainText.IsOneLine(email)
        && !email.Any(c => char.IsWhiteSpace(c) || c is '"' or '<' or '>' or ',' or ';' or '(' or ')' or '[' or ']' or '\\')
        && email[..Math.Max(0, email.LastIndexOf('@'))] is { Length: > 0 } local
        && local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal)
        && MailAddress.TryCreate(email, out var address)
        && address.Address == email
        && HostOf(email) is { } host && Uri.CheckHostName(host) is UriHostNameType.Dns;

    /// <summary>The host in ASCII; null when it is none.</summary>
    private static string? HostOf(string email)
    {
        try
        {
            return Idn.GetAscii(email, email.LastIndexOf('@') + 1);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What Unicode says to leave out where text is compared (Default_Ignorable_Code_Point).</summary>
    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format || rune.Value is
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xFFF0 and <= 0xFFF8) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF);
}

/// <summary>Addresses in the one form, for all that goes through Identity.</summary>
internal sealed class AddressNormalizer : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name?.ToUpperInvariant();

    public string? NormalizeEmail(string? email) => email is null ? null : EmailAddress.Normalize(email);
}
