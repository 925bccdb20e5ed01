using System.Globalization;
using System.Net.Mail;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults.Text;

namespace Shop.Auth.Accounts;

/// <summary>
/// The rules for an e-mail address, and its normalized form. However an address is written (é composed or decomposed, <c>müller</c> or <c>xn--mller-kva</c>,
/// in full-width letters, with a trailing dot), it belongs to one account.
/// </summary>
internal static class EmailAddress
{
    /// <summary>The longest address that SMTP can deliver to (RFC 5321 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaxLength = 254;

    // UTS 46; throws for malformed text.
    private static readonly IdnMapping Idn = new();

    /// <summary>The address as it is stored and mailed to: in NFKC, without invisible characters and trailing dots.</summary>
    public static string Clean(string typed)
    {
        if (Ascii.IsValid(typed))
            return typed.Trim().TrimEnd('.');
        if (!PlainText.IsStorable(typed))
            return typed.Trim();
        var seen = string.Concat(typed.EnumerateRunes().Where(rune => !IsIgnorable(rune)));
        return PlainText.Normalize(seen.Normalize(NormalizationForm.FormKC)).TrimEnd('.', '\u3002', '\uFF61');
    }

    /// <summary>The address as it is compared: the host in ASCII (IDNA), all in upper case.</summary>
    public static string Normalize(string typed)
    {
        var clean = Clean(typed);
        var at = clean.LastIndexOf('@');
        return (at < 0 || HostOf(clean) is not { } host ? clean : clean[..(at + 1)] + host).ToUpperInvariant();
    }

    /// <summary>What is wrong with the address, already cleaned; null when nothing is.</summary>
    public static string? Validate(string email) =>
        email.Length == 0 ? "Is required."
        : email.Length > MaxLength || Normalize(email).Length > MaxLength ? $"Must have at most {MaxLength} characters."
        : !IsAddress(email) ? "Must be an e-mail address, such as name@example.org."
        : null;

    /// <summary>
    /// The account with this address, however it is written; null for none. Accounts from before addresses were normalized may have the normalized form of
    /// another: these are found by exactly what they registered with.
    /// </summary>
    public static async Task<User?> FindByEmailAsync(this DbSet<User> users, string typed, CancellationToken cancellationToken)
    {
        // PostgreSQL cannot store NUL or lone surrogates, so no account has such an address.
        if (!PlainText.IsStorable(typed) || typed.Length > MaxLength * 4)
            return null;
        var (normalized, before) = (Normalize(typed), typed.Trim().ToUpperInvariant());
        var found = await users.Where(user => user.NormalizedEmail == normalized || user.NormalizedEmail == before).ToListAsync(cancellationToken);
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

    /// <summary>The host in ASCII; null when it is not valid.</summary>
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

    /// <summary>What Unicode says to ignore when comparing text (Default_Ignorable_Code_Point).</summary>
    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format || rune.Value is
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
        or (>= 0xFFF0 and <= 0xFFF8) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF);
}

/// <summary>Makes Identity normalize addresses the same way.</summary>
internal sealed class AddressNormalizer : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name?.ToUpperInvariant();

    public string? NormalizeEmail(string? email) => email is null ? null : EmailAddress.Normalize(email);
}
