using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Administration;
using Shop.Auth.Audit;
using Shop.Auth.OpenIdConnect;
using Shop.Auth.OpenIdConnect.Clients;
using Shop.Auth.OpenIdConnect.Consent;
using Shop.Auth.OpenIdConnect.Keys;
using Shop.Auth.OpenIdConnect.Protocol;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.Auth.SigningIn.OwnAccount;
using Shop.Auth.SigningIn.Passkeys;
using Shop.Auth.SigningIn.TwoFactor;
using Shop.ServiceDefaults.Text;

namespace Shop.Auth.Accounts;

/// <summary>The rules for a display name.</summary>
internal static class DisplayName
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxLength = 100;

    /// <summary>The name as it is stored: see <see cref="PlainText.Normalize"/>.</summary>
    public static string Clean(string name) => PlainText.Normalize(name);

    /// <summary>The name as it is searched, in upper case.</summary>
    public static string? Normalize(string? name) => name is null ? null : Clean(name).ToUpperInvariant();

    /// <summary>What is wrong with the name, already cleaned; null when nothing is.</summary>
    public static string? Validate(string name) =>
        name.Length == 0 ? "Must not be empty."
        : name.Length > MaxLength ? $"Must have at most {MaxLength} characters."
        : !PlainText.IsOneLine(name) ? "Must not contain control characters."
        : !PlainText.IsVisible(name) ? "Must have something that can be seen."
        : null;
}
