using System.ComponentModel.DataAnnotations;
using Shop.Product.Orders;
using Shop.ServiceDefaults.Hosting;
using Shop.ServiceDefaults.Text;

namespace Shop.Tests.Unit.Product;

public sealed class PlaceOrderTests
{
    private static readonly Guid Cup = new("01a20000-0000-7000-8000-000000000001");
    private static readonly Guid Lamp = new("01a20000-0000-7000-8000-000000000002");

    [Fact]
    public void The_same_content_has_the_same_hash_however_it_is_written()
    {
        var hash = Order(new(Cup, 3), new(Lamp, 1)).Hash();

        Assert.Equal(hash, Order(new(Lamp, 1), new(Cup, 3)).Hash());
        Assert.Equal(hash, Order(new(Cup, 1), new(Lamp, 1), new(Cup, 2)).Hash());
    }

    [Fact]
    public void Other_content_has_another_hash()
    {
        var hash = Order(new OrderLine(Cup, 1)).Hash();

        Assert.NotEqual(hash, Order(new OrderLine(Cup, 2)).Hash());
        Assert.NotEqual(hash, Order(new OrderLine(Lamp, 1)).Hash());
        Assert.NotEqual(hash, Order(new(Cup, 1), new(Lamp, 1)).Hash());
        Assert.NotEqual(hash, (Order(new OrderLine(Cup, 1)) with { PaymentToken = "tok_other" }).Hash());
    }

    [Fact]
    public void Lines_of_one_product_become_one_in_the_order_of_the_request()
    {
        Assert.Equal([new(Lamp, 3), new(Cup, 5)], Order(new(Lamp, 1), new(Cup, 5), new(Lamp, 2)).Lines());
    }

    [Theory]
    [InlineData(1, "tok_visa", null)]
    [InlineData(1000, "tok_visa", null)]
    [InlineData(0, "tok_visa", "items[0].quantity")]
    [InlineData(-1, "tok_visa", "items[0].quantity")]
    [InlineData(1001, "tok_visa", "items[0].quantity")]
    [InlineData(1, "", "paymentToken")]
    [InlineData(1, "tok visa", "paymentToken")]
    [InlineData(1, "tök", "paymentToken")]
    [InlineData(1, "4242424242424242", "paymentToken")]
    public void Quantity_and_token_have_bounds(int quantity, string token, string? wrongField)
    {
        Assert.Equal(wrongField, WrongField(new PlaceOrderRequest([new OrderLine(Cup, quantity)], token)));
    }

    [Fact]
    public void The_number_of_lines_has_bounds()
    {
        Assert.Equal("items", WrongField(Order()));
        Assert.Null(WrongField(Order([.. Enumerable.Range(0, 100).Select(_ => new OrderLine(Guid.NewGuid(), 1))])));
        Assert.Equal("items", WrongField(Order([.. Enumerable.Range(0, 101).Select(_ => new OrderLine(Guid.NewGuid(), 1))])));
        Assert.Equal("items[1]", WrongField(Order(new OrderLine(Cup, 1), null!)));
    }

    [Fact]
    public void Lines_of_one_product_share_its_bound()
    {
        Assert.Equal("items", WrongField(Order(new(Cup, 1000), new(Cup, 1))));
        Assert.NotNull(WrongField(Order(new(Cup, int.MaxValue), new(Cup, int.MaxValue))));
    }

    [Theory, Trait("security", "37")]
    [InlineData("4111111111111111")]
    [InlineData("4111-1111-1111-1111")]
    [InlineData("378282246310005")]
    [InlineData("4222222222222")]
    [InlineData("4242_4242_4242_4242")]
    [InlineData("card:4242424242424242")]
    [InlineData("tok_4111111111111111")]
    [InlineData("4111111111111111_tok")]
    [InlineData("4242.4242/4242|4242")]
    [InlineData("4-2-4-2-4-2-4-2-4-2-4-2-4-2-4-2")]
    [InlineData("4242x4242x4242x4242")]
    [InlineData("0004242424242424242")]
    [InlineData("4242424242424242;12/27;123")]
    [InlineData("\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12")]
    [InlineData("\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662\u0664\u0662")]
    [InlineData("\u2463\u2461\u2463\u2461\u2463\u2461\u2463\u2461\u2463\u2461\u2463\u2461\u2463\u2461\u2463\u2461")]
    [InlineData("5555555555554444")]
    [InlineData("2223003122003222")]
    [InlineData("6011111111111117")]
    [InlineData("30569309025904")]
    [InlineData("3566002020360505")]
    [InlineData("6205500000000000004")]
    public void What_looks_like_a_card_number_is_one(string text) => Assert.True(CardNumber.IsIn(text));

    [Theory]
    [InlineData("tok_visa")]
    [InlineData("4111111111111112")]
    [InlineData("424242424242")]
    [InlineData("tok_1NirD82eZvKYlo2CIvbtLWuY")]
    [InlineData("pm_1PqR2s3T4u5V6w7X8y9Z0a1B")]
    [InlineData("src_18eYalAHEMiOZZp1l9ZTjSU0")]
    [InlineData("")]
    public void What_does_not_is_none(string text) => Assert.False(CardNumber.IsIn(text));

    [Theory, Trait("security", "37")]
    [InlineData("4242424242424242")]
    [InlineData("4242-4242-4242-4242")]
    [InlineData("order:4111111111111111")]
    [InlineData("378282246310005")]
    public void A_card_number_is_no_key(string key) => Assert.False(IdempotencyKey.IsValid(key));

    [Theory]
    [InlineData("20261127104501123")]
    [InlineData("order-1764240301123")]
    [InlineData("1234567890123456789")]
    [InlineData("41111111-1111-4111-8111-111111111111")]
    [InlineData("4242424242424241")]
    public void Times_and_counters_are_keys(string key) => Assert.True(IdempotencyKey.IsValid(key));

    [Theory]
    [InlineData("a", true)]
    [InlineData("01a20000-0000-7000-8000-000000000001", true)]
    [InlineData("!~", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("a\tb", false)]
    public void A_key_is_visible_ascii(string? key, bool valid) => Assert.Equal(valid, IdempotencyKey.IsValid(key));

    [Fact, Trait("security", "31")]
    public void A_key_has_at_most_255_characters()
    {
        Assert.True(IdempotencyKey.IsValid(new string('k', 255)));
        Assert.False(IdempotencyKey.IsValid(new string('k', 256)));
    }

    private static PlaceOrderRequest Order(params OrderLine[] lines) => new(lines, "tok_visa");

    private static string? WrongField(PlaceOrderRequest request) => request.Validate(new ValidationContext(request)).FirstOrDefault()?.MemberNames.Single();

    [Fact]
    public void A_random_key_is_never_taken_for_a_card_number()
    {
        var random = new Random(20261127);
        var keys = Enumerable.Range(0, 10_000).Select(_ => random.GetHexString(64, lowercase: true)).Concat(
            Enumerable.Range(0, 10_000).Select(n => $"order-{1_700_000_000_000 + n}"));

        Assert.DoesNotContain(keys, CardNumber.IsAll);
    }

    [Theory]
    [InlineData("4242424242424242")]
    [InlineData("4242 4242-4242_4242")]
    [InlineData("card:4242424242424242")]
    [InlineData("\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12")]
    public void A_key_that_is_a_card_number_is_one(string key) => Assert.True(CardNumber.IsAll(key));
}
