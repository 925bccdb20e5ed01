using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Shop.Tests.Unit;

/// <summary>The first catalog, as it is embedded in Product.</summary>
public sealed partial class SeedTests
{
    private const string PicturePrefix = "Seed/pictures/";
    private const int MaxPictureBytes = 3000;

    private static readonly Assembly Product = Assembly.Load("Shop.Product");
    private static readonly Seed Catalog = ReadCatalog();

    private static readonly Dictionary<string, string[]> Drawing = new()
    {
        ["svg"] = ["xmlns", "viewBox"],
        ["g"] = ["transform"],
        ["path"] = ["d"],
        ["rect"] = ["x", "y", "width", "height", "rx"],
        ["circle"] = ["cx", "cy", "r"],
        ["ellipse"] = ["cx", "cy", "rx", "ry", "transform"],
    };

    private static readonly string[] Paint =
        ["fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "opacity"];

    public static TheoryData<string> Pictures => [.. PictureSlugs()];

    [Fact]
    public void Every_product_has_its_picture_and_every_picture_its_product() =>
        Assert.Equal(Catalog.Products.Select(product => product.Slug).Order(), PictureSlugs().Order());

    [Fact]
    public void Slugs_are_well_formed_and_unique()
    {
        string[] slugs = [.. Catalog.Products.Select(product => product.Slug), .. Catalog.Categories.Select(category => category.Slug)];

        Assert.All(slugs, slug => Assert.Matches(WellFormedSlug(), slug));
        Assert.Equal(slugs.Length, slugs.Distinct().Count());
    }

    [Fact]
    public void Names_are_unique_too() =>
        Assert.Equal(Catalog.Products.Count, Catalog.Products.DistinctBy(product => product.Name, StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Six_categories_have_at_least_ten_products_each()
    {
        var counts = Catalog.Products.CountBy(product => product.Category).ToDictionary();

        Assert.Equal(6, Catalog.Categories.Count);
        Assert.Equal(Catalog.Categories.Select(category => category.Slug).Order(), counts.Keys.Order());
        Assert.All(counts, category => Assert.True(category.Value >= 10, category.Key));
    }

    [Fact]
    public void Prices_have_two_decimals_and_something_is_in_stock() => Assert.All(Catalog.Products, product =>
    {
        Assert.Equal(2, product.Price.Scale);
        Assert.InRange(product.Price, 1m, 1000m);
        Assert.InRange(product.Stock, 5, 500);
    });

    [Fact]
    public void Descriptions_say_something() => Assert.All(Catalog.Products, product =>
    {
        Assert.InRange(product.Description.Length, 60, 300);
        Assert.EndsWith(".", product.Description, StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Pictures))]
    public void A_picture_is_a_small_square_drawing_and_nothing_else(string slug)
    {
        using var stream = Product.GetManifestResourceStream(PicturePrefix + slug + ".svg")!;
        Assert.InRange(stream.Length, 1, MaxPictureBytes);

        using var reader = XmlReader.Create(stream, new() { DtdProcessing = DtdProcessing.Prohibit });
        var svg = XDocument.Load(reader).Root!;

        Assert.Equal("0 0 400 400", svg.Attribute("viewBox")?.Value);
        Assert.All(svg.DescendantsAndSelf(), element =>
        {
            Assert.Equal("http://www.w3.org/2000/svg", element.Name.NamespaceName);
            Assert.True(Drawing.TryGetValue(element.Name.LocalName, out var own), element.Name.LocalName);
            Assert.All(element.Attributes(), attribute => Assert.Contains(attribute.Name.ToString(), own!.Concat(Paint)));
            Assert.All(
                element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration),
                attribute => Assert.DoesNotContain("url", attribute.Value, StringComparison.OrdinalIgnoreCase));
        });
        Assert.DoesNotContain(svg.DescendantNodes(), node => node is not XElement && !string.IsNullOrWhiteSpace(node.ToString()));
    }

    private static IEnumerable<string> PictureSlugs() => Product.GetManifestResourceNames()
        .Where(name => name.StartsWith(PicturePrefix, StringComparison.Ordinal))
        .Select(name => Path.GetFileNameWithoutExtension(name));

    private static Seed ReadCatalog()
    {
        using var stream = Product.GetManifestResourceStream("Seed/products.json")!;
        return JsonSerializer.Deserialize<Seed>(stream, JsonSerializerOptions.Web)!;
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex WellFormedSlug();

    private sealed record Seed(IReadOnlyList<SeedCategory> Categories, IReadOnlyList<SeedProduct> Products);

    private sealed record SeedCategory(string Slug, string Name);

    private sealed record SeedProduct(string Slug, string Name, string Description, string Category, decimal Price, int Stock);
}
