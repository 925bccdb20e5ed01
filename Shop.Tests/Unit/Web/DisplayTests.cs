using System.Globalization;
using Shop.Web.Catalog;

namespace Shop.Tests.Unit.Web;

public sealed class DisplayTests
{
    [Theory]
    [InlineData("7.9", "EUR", "€7.90")]
    [InlineData("1299", "EUR", "€1,299.00")]
    [InlineData("0", "GBP", "£0.00")]
    [InlineData("19.99", "CHF", "19.99 CHF")]
    [InlineData("1999", "JPY", "1,999 JPY")]
    public void A_price_reads_as_people_write_it(string amount, string currency, string expected) =>
        Assert.Equal(expected, Display.Price(new Price(decimal.Parse(amount, CultureInfo.InvariantCulture), currency)));

    [Theory]
    [InlineData(-1, "Sold out")]
    [InlineData(0, "Sold out")]
    [InlineData(1, "Only one left")]
    [InlineData(9, "Only 9 left")]
    [InlineData(10, "In stock")]
    public void The_stock_is_told_only_when_it_runs_low(int stock, string expected) => Assert.Equal(expected, Display.Stock(stock));

    [Theory]
    [InlineData("/products/x/image?v=3", "?v=3")]
    [InlineData("/products/x/image", "")]
    public void A_picture_is_asked_of_the_storefront_in_the_version_that_Product_names(string imageUrl, string query)
    {
        var id = Guid.CreateVersion7();

        Assert.Equal($"/images/{id}{query}", Display.Image(id, imageUrl));
    }
}
