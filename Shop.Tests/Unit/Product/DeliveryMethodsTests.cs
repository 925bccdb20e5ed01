using Microsoft.Extensions.Options;
using Shop.Product;
using Shop.Product.Shipping;

namespace Shop.Tests.Unit.Product;

public sealed class DeliveryMethodsTests
{
    [Theory]
    [InlineData("EUR", 4.90)]
    [InlineData("JPY", 5)]
    public void A_delivery_costs_an_amount_that_its_currency_has(string currency, decimal price)
    {
        var methods = new DeliveryMethods(Options.Create(new DeliveryOptions()), Options.Create(new ShopOptions { Currency = currency }));

        Assert.Equal(price, methods.All[0].Price.Amount);
        Assert.All(methods.All, method => Assert.True(method.Price.IsPrice));
    }
}
