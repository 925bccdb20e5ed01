using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Addresses;

/// <summary>Where something is delivered. Each text is normalised.</summary>
/// <param name="Name">Who lives there, 1 to 100 characters.</param>
/// <param name="Line1">Street and number, 1 to 100 characters.</param>
/// <param name="Line2">More of that, at most 100 characters; null: none.</param>
/// <param name="PostalCode">1 to 20 characters.</param>
/// <param name="City">1 to 100 characters.</param>
/// <param name="Country">ISO 3166-1 alpha-2: <c>DE</c>.</param>
/// <param name="Phone">For the carrier, at most 30 characters; null: none.</param>
public sealed record PostalAddress(string Name, string Line1, string PostalCode, string City, string Country, string? Line2 = null, string? Phone = null)
    : IValidatableObject
{
    // What .NET knows of countries is what its regions have.
    private static readonly HashSet<string> Countries =
        [.. CultureInfo.GetCultures(CultureTypes.SpecificCultures).Select(culture => new RegionInfo(culture.Name).TwoLetterISORegionName).Where(name => name.Length == 2 && name.All(char.IsAsciiLetterUpper))];

    /// <summary>Who lives there.</summary>
    public string Name { get; init; } = PlainText.Normalize(Name);

    /// <summary>Street and number.</summary>
    public string Line1 { get; init; } = PlainText.Normalize(Line1);

    /// <summary>More of that; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Line2 { get; init; } = OrNull(Line2);

    /// <summary>The postal code.</summary>
    public string PostalCode { get; init; } = PlainText.Normalize(PostalCode);

    /// <summary>The city.</summary>
    public string City { get; init; } = PlainText.Normalize(City);

    /// <summary>The country.</summary>
    public string Country { get; init; } = Country.ToUpperInvariant();

    /// <summary>For the carrier; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Phone { get; init; } = OrNull(Phone);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Field, string Text, int Longest)[] texts =
            [("name", Name, 100), ("line1", Line1, 100), ("line2", Line2 ?? "-", 100), ("postalCode", PostalCode, 20), ("city", City, 100), ("phone", Phone ?? "-", 30)];
        foreach (var (field, text, longest) in texts)
        {
            if (text.Length > longest || !PlainText.IsVisible(text) || !PlainText.IsOneLine(text))
                yield return new($"Must have 1 to {longest} characters on one line.", [field]);
        }
        if (!Countries.Contains(Country))
            yield return new("Must be the two letters of a country, such as DE.", ["country"]);
    }

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : PlainText.Normalize(text);
}

/// <summary>A row of <c>addresses</c>. It exists for EF Core's migrations: the table is written and read in plain SQL.</summary>
public sealed class Address
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is: the <c>sub</c> of the token.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>A <see cref="PostalAddress"/> as JSON: it is only ever read as a whole.</summary>
    public required string Content { get; init; }
}

internal sealed class AddressConfiguration : IEntityTypeConfiguration<Address>
{
    public void Configure(EntityTypeBuilder<Address> address)
    {
        address.ToTable("addresses");
        address.Property(x => x.Id).ValueGeneratedNever();
        address.Property(x => x.Content).HasColumnType("jsonb");
        address.HasIndex(x => new { x.CustomerId, x.Id });
    }
}
