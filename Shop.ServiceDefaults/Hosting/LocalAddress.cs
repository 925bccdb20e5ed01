namespace Shop.ServiceDefaults.Hosting;

/// <summary>An address of this site that came from elsewhere, as a browser may be sent there.</summary>
public static class LocalAddress
{
    /// <summary>The address in ASCII, which is all that a header holds; null when it is not one of this site, or has more than <paramref name="maxLength"/> UTF-16 units.</summary>
    public static string? Checked(string? address, int maxLength) =>
        address is { Length: > 0 } && address.Length <= maxLength
        && address[0] == '/' && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\') && !address.Any(char.IsControl)
            ? Encoded(address)
            : null;

    /// <summary>The address, if it is one of this site; else the front page.</summary>
    public static string OrFrontPage(string? address) => Checked(address, maxLength: 2048) ?? "/";

    private static string Encoded(string address) =>
        string.Concat(address.EnumerateRunes().Select(rune => rune.IsAscii && rune.Value > ' ' ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));
}
