namespace Shop.Auth.Users;

/// <summary>The rules of a display name.</summary>
internal static class DisplayName
{
    /// <summary>In UTF-16 units.</summary>
    public const int MaxLength = 100;

    /// <summary>The name as it is searched by, whatever its case.</summary>
    public static string? Normalize(string? name) => name?.ToUpperInvariant();

    /// <summary>What is wrong with the name, already trimmed; null when nothing is.</summary>
    public static string? Fault(string name) =>
        name.Length == 0 ? "Must not be empty."
        : name.Length > MaxLength ? $"Must have at most {MaxLength} characters."
        : name.Any(char.IsControl) ? "Must not contain control characters."
        : null;
}
