using System.Globalization;
using System.Text.Json;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Unit;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("19.994", "19.99")]
    [InlineData("19.995", "20.00")]
    [InlineData("0.125", "0.13")]
    [InlineData("-0.125", "-0.13")]
    public void Halves_of_a_cent_round_away_from_zero(string amount, string rounded) =>
        Assert.Equal(Parse(rounded), new Money(Parse(amount), "EUR").Rounded().Amount);

    [Theory]
    [InlineData("0", "EUR", true)]
    [InlineData("19.99", "USD", true)]
    [InlineData("9999999999.99", "EUR", true)]
    [InlineData("10000000000", "EUR", false)]
    [InlineData("-0.01", "EUR", false)]
    [InlineData("0.001", "EUR", false)]
    [InlineData("1999", "JPY", true)]
    [InlineData("1999.00", "JPY", true)]
    [InlineData("19.99", "JPY", false)]
    [InlineData("19.9", "KRW", false)]
    [InlineData("0.5", "ISK", false)]
    [InlineData("1.25", "KWD", true)]
    [InlineData("1.234", "KWD", false)]
    [InlineData("1", "eur", false)]
    [InlineData("1", "EURO", false)]
    [InlineData("1", "", false)]
    [InlineData("1", null, false)]
    public void A_price_fits_its_column_and_has_a_currency(string amount, string? currency, bool price) =>
        Assert.Equal(price, new Money(Parse(amount), currency!).IsPrice);

    [Fact]
    public void A_currency_without_cents_rounds_to_whole_ones_and_is_written_so() =>
        Assert.Equal("20 JPY", new Money(19.5m, "JPY").Rounded().ToString());

    [Fact, Trait("security", "36")]
    public void Sums_are_exact() =>
        Assert.Equal(new Money(0.3m, "EUR"), new Money(0.1m, "EUR") + new Money(0.1m, "EUR") * 2);

    [Fact]
    public void Different_currencies_do_not_add_up() =>
        Assert.Throws<InvalidOperationException>(() => new Money(1, "EUR") + new Money(1, "USD"));

    [Fact]
    public void The_text_has_two_decimals_and_the_currency() => Assert.Equal("1234.50 EUR", new Money(1234.5m, "EUR").ToString());

    [Fact]
    public void The_wire_form_is_amount_and_currency()
    {
        var json = JsonSerializer.Serialize(new Money(19.90m, "EUR"), JsonSerializerOptions.Web);
        Assert.Equal("""{"amount":19.90,"currency":"EUR"}""", json);
        Assert.Equal(new Money(19.9m, "EUR"), JsonSerializer.Deserialize<Money>(json, JsonSerializerOptions.Web));
    }

    private static decimal Parse(string amount) => decimal.Parse(amount, CultureInfo.InvariantCulture);
}
