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
