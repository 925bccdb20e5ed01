using System.Globalization;
using System.Resources;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shop.Tests.Architecture;
using Shop.Ui;

namespace Shop.Tests.Unit.Web;

/// <summary>Every text of a page is there in German.</summary>
public sealed partial class TextsTests
{
    /// <summary>Where texts stand in lists, and are looked up by a variable.</summary>
    private static readonly string[] Lists =
        ["Shop.Web/Catalog/ProductList.cs", "Shop.Web/Checkout/TestCards.cs", "Shop.Web/Checkout/CheckoutEndpoints.cs", "Shop.Web/Pages/Missing.razor",
        "Shop.Web/Orders/OrderViews.cs", "Shop.Web/Orders/OrderTexts.cs", "Shop.Web/Account/OrdersPage.razor", "Shop.Auth/SigningIn/OwnAccount/AccountPage.razor", "Shop.Auth/SigningIn/OwnAccount/AccountPages.cs", "Shop.Web/Orders/OrderStand.razor"];

    private static readonly ResourceManager Resources = new(typeof(Texts));

    [Fact]
    public void No_text_of_a_page_is_missing_in_German()
    {
        var german = Resources.GetResourceSet(CultureInfo.GetCultureInfo("de"), createIfNotExists: true, tryParents: false)!;
        var used = Sources().SelectMany(file => LookedUp().Matches(File.ReadAllText(file)))
            .Concat(Sources().Where(file => file.Contains("Shop.Auth", StringComparison.Ordinal)).SelectMany(file => Titles().Matches(File.ReadAllText(file))))
            .Concat(Lists.SelectMany(file => Listed().Matches(File.ReadAllText(Path.Combine(HouseRulesTests.Root, file)))))
            .Select(match => match.Groups["text"].Value.Replace("\\\"", "\"", StringComparison.Ordinal))
            .Concat(Categories())
            .Distinct()
            .ToList();
        Assert.True(used.Count > 100);

        var missing = used.Where(text => string.IsNullOrWhiteSpace(german.GetString(text)));

        Assert.Empty(missing);
    }

    [Fact]
    public void A_translation_has_the_placeholders_of_its_text()
    {
        var german = Resources.GetResourceSet(CultureInfo.GetCultureInfo("de"), createIfNotExists: true, tryParents: false)!;

        Assert.All(german.Cast<System.Collections.DictionaryEntry>(), text =>
            Assert.Equal(Placeholders((string)text.Key), Placeholders((string)text.Value!)));
    }

    /// <summary>Those that the shop begins with.</summary>
    private static IEnumerable<string> Categories() => JsonElement.Parse(File.ReadAllBytes(Path.Combine(HouseRulesTests.Root, "Shop.Product/Catalog/Seed/products.json")))
        .GetProperty("categories").EnumerateArray().Select(category => category.GetProperty("name").GetString()!);

    private static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(match => match.Value).Distinct().Order();

    private static IEnumerable<string> Sources() => new[] { "Shop.Ui", "Shop.Web", "Shop.Auth", "Shop.Payment" }
        .SelectMany(project => Directory.EnumerateFiles(Path.Combine(HouseRulesTests.Root, project), "*", SearchOption.AllDirectories))
        .Where(file => Path.GetExtension(file) is ".razor" or ".cs" && !HouseRulesTests.IsOutput(file));

    [GeneratedRegex("""\b(?:T|texts|Texts)\["(?<text>(?:[^"\\]|\\.)*)["]""")]
    private static partial Regex LookedUp();

    [GeneratedRegex("""(?:<Document Title=|Notice\(|Title = |Text = |, configuration, |All = )"(?<text>[A-Z](?:[^"\\@]|\\.)*)["]""")]
    private static partial Regex Titles();

    // A text begins with a capital and has a small letter; a token, a slug or a path does not.
    [GeneratedRegex("""(?<=(?:[\(,]|=>|\?\?|\] =)\s?)"(?<text>[A-Z][a-z](?:[^"\\]|\\.)*)["]""")]
    private static partial Regex Listed();

    [GeneratedRegex("""\{[0-9]+\}""")]
    private static partial Regex Placeholder();
}
