using System.Globalization;

namespace Shop.Web.Addresses;

/// <summary>Where something is delivered, as Product tells it.</summary>
/// <param name="Name">Who lives there.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="Line2">More of that; null: none.</param>
/// <param name="PostalCode">The postal code.</param>
/// <param name="City">The city.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Phone">For the carrier; null: none.</param>
public sealed record PostalAddress(string Name, string Line1, string? Line2, string PostalCode, string City, string Country, string? Phone)
{
    /// <summary>An address of which nothing is known.</summary>
    public static readonly PostalAddress Empty = new("", "", null, "", "", "DE", null);

    /// <summary>It as it is written on a parcel, line by line.</summary>
    public IEnumerable<string> Lines => new[] { Name, Line1, Line2, $"{PostalCode} {City}", Countries.NameOf(Country) }.OfType<string>();

    /// <summary>Reads the fields of <see cref="AddressFields"/>.</summary>
    public static PostalAddress From(IFormCollection form) => new(
        form["name"].ToString(), form["line1"].ToString(), OrNull(form["line2"]), form["postalCode"].ToString(), form["city"].ToString(),
        form["country"].ToString(), OrNull(form["phone"]));

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>A saved address, as Product tells it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Who lives there.</param>
/// <param name="Line1">Street and number.</param>
/// <param name="Line2">More of that; null: none.</param>
/// <param name="PostalCode">The postal code.</param>
/// <param name="City">The city.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Phone">For the carrier; null: none.</param>
public sealed record SavedAddress(Guid Id, string Name, string Line1, string? Line2, string PostalCode, string City, string Country, string? Phone)
{
    /// <summary>It without its id.</summary>
    public PostalAddress Address => new(Name, Line1, Line2, PostalCode, City, Country, Phone);
}

/// <summary>The countries to choose from.</summary>
internal static class Countries
{
    /// <summary>Codes with their German names. .NET has names of countries in English, in their own language and in that of the machine, but not in that of a page.</summary>
    private static readonly Dictionary<string, string> German = new()
    {
        ["AT"] = "Österreich",
        ["BE"] = "Belgien",
        ["BG"] = "Bulgarien",
        ["CH"] = "Schweiz",
        ["CY"] = "Zypern",
        ["CZ"] = "Tschechien",
        ["DE"] = "Deutschland",
        ["DK"] = "Dänemark",
        ["EE"] = "Estland",
        ["ES"] = "Spanien",
        ["FI"] = "Finnland",
        ["FR"] = "Frankreich",
        ["GB"] = "Vereinigtes Königreich",
        ["GR"] = "Griechenland",
        ["HR"] = "Kroatien",
        ["HU"] = "Ungarn",
        ["IE"] = "Irland",
        ["IS"] = "Island",
        ["IT"] = "Italien",
        ["LI"] = "Liechtenstein",
        ["LT"] = "Litauen",
        ["LU"] = "Luxemburg",
        ["LV"] = "Lettland",
        ["MT"] = "Malta",
        ["NL"] = "Niederlande",
        ["NO"] = "Norwegen",
        ["PL"] = "Polen",
        ["PT"] = "Portugal",
        ["RO"] = "Rumänien",
        ["SE"] = "Schweden",
        ["SI"] = "Slowenien",
        ["SK"] = "Slowakei",
    };

    /// <summary>Codes and names in the language of the page, sorted by name.</summary>
    public static IEnumerable<(string Code, string Name)> All =>
        German.Keys.Select(code => (Code: code, Name: NameOf(code))).OrderBy(country => country.Name, StringComparer.CurrentCulture);

    /// <summary>The name in the language of the page; the code of a country that is not to choose from.</summary>
    public static string NameOf(string code) =>
        !German.TryGetValue(code, out var german) ? code
        : CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is "de" ? german
        : new RegionInfo(code).EnglishName;
}
