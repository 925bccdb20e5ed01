using System.Net.Mail;

namespace Shop.Auth.Users;

/// <summary>The rules of an e-mail address.</summary>
internal static class EmailAddress
{
    /// <summary>The longest address that SMTP can deliver to (RFC 5321 4.5.3.1.3, less the angle brackets).</summary>
    public const int MaxLength = 254;

    /// <summary>What is wrong with the address; null when nothing is.</summary>
    public static string? Fault(string email) =>
        email.Length == 0 ? "Is required."
        : email.Length > MaxLength ? $"Must have at most {MaxLength} characters."
        : !IsAddress(email) ? "Must be an e-mail address, such as name@example.org."
        : null;

    private static bool IsAddress(string email) =>
        !email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '<' or '>' or ',' or ';')
        && MailAddress.TryCreate(email, out var address)
        && address.Address == email
        && Uri.CheckHostName(address.Host) is UriHostNameType.Dns;
}
