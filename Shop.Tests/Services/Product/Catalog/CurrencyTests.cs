using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Tests.Services.Product.Catalog;

public sealed class CurrencyTests(CurrencyTests.ShopInYen shop) : IClassFixture<CurrencyTests.ShopInYen>
{
    /// <summary>A shop that sells in a currency without cents.</summary>
    public sealed class ShopInYen : ProductService
    {
        protected override (string Key, string Value)[] Settings => [("Shop:Currency", "JPY")];
    }

    [Theory]
    [InlineData("1999", HttpStatusCode.Created)]
    [InlineData("1999.00", HttpStatusCode.Created)]
    [InlineData("19.99", HttpStatusCode.BadRequest)]
    [InlineData("0.5", HttpStatusCode.BadRequest)]
    public async Task A_price_has_no_more_digits_than_its_currency(string amount, HttpStatusCode status)
    {
        var answer = await CreateAsync(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(status, answer.StatusCode);
        if (status != HttpStatusCode.Created)
            await HttpAssert.ProblemAsync(answer, status, "validation");
    }

    [Fact]
    public async Task A_fresh_store_has_prices_that_its_currency_has() =>
        Assert.All(await shop.AllAsync("/products", 100), product =>
            Assert.Equal(0m, product.GetProperty("price").GetProperty("amount").GetDecimal() % 1));

    [Fact]
    public async Task Prices_in_two_currencies_make_no_order_and_nobody_suffers()
    {
        var yen = Id(await CreateAsync(1000));
        var euro = Id(await CreateAsync(10));
        // From before the shop changed its currency.
        await shop.QueryAsync<int>("UPDATE products SET currency = 'EUR' WHERE id = $1 RETURNING version", euro);

        var problem = await HttpAssert.ProblemAsync(
            await shop.OrderAsync(Guid.NewGuid(), [(yen, 1), (euro, 1)]), HttpStatusCode.Conflict, "several-currencies");

        Assert.Equal(["EUR", "JPY"], problem.GetProperty("currencies").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(10, await shop.StockAsync(yen));
        Assert.Equal(1000m, (await shop.PlaceAsync(Guid.NewGuid(), (yen, 1))).GetProperty("total").GetProperty("amount").GetDecimal());
    }

    private Task<HttpResponseMessage> CreateAsync(decimal amount) => shop.StaffAsync(HttpMethod.Post, "/products", new
    {
        name = $"Product {Guid.NewGuid():N}",
        description = "",
        category = "kitchen",
        price = new { amount, currency = "JPY" },
        stock = 10,
    });

    private static Guid Id(HttpResponseMessage created) =>
        created.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken).GetAwaiter().GetResult().GetProperty("id").GetGuid();
}
