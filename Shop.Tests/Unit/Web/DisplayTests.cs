using System.Globalization;
using Shop.Web.Catalog;

namespace Shop.Tests.Unit.Web;

public sealed class DisplayTests
{
    [Theory]
    [InlineData("7.9", "EUR", "en", "€7.90")]
    [InlineData("1299", "EUR", "en", "€1,299.00")]
    [InlineData("0", "GBP", "en", "£0.00")]
    [InlineData("-4.5", "EUR", "en", "−€4.50")]
    [InlineData("19.99", "CHF", "en", "19.99\u00A0CHF")]
    [InlineData("1999", "JPY", "en", "1,999\u00A0JPY")]
    [InlineData("1299", "EUR", "de", "1.299,00\u00A0€")]
    public void A_price_reads_as_people_write_it_in_their_language(string amount, string currency, string language, string expected)
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);

        Assert.Equal(expected, Display.Price(new Price(decimal.Parse(amount, CultureInfo.InvariantCulture), currency)));
    }

    [Theory]
    [InlineData("/products/x/image?v=3", "?v=3")]
    [InlineData("/products/x/image", "")]
    public void A_picture_is_asked_of_the_storefront_in_the_version_that_Product_names(string imageUrl, string query)
    {
        var id = Guid.CreateVersion7();

        Assert.Equal($"/images/{id}{query}", Display.Image(id, imageUrl));
    }
}
