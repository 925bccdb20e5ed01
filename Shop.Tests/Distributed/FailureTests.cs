using System.Net;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using RabbitMQ.Client;

namespace Shop.Tests.Distributed;

[Collection(ShopSystem.Collection)]
public sealed class FailureTests(ShopSystem shop)
{
    [Fact]
    public async Task A_message_delivered_twice_charges_once()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var id = await customer.PlaceAsync(await admin.CreateProductAsync(stock: 5, price: 12.50m));
        await customer.OrderWhenAsync(id, "paid");

        // The same order once more under another message id: past the inbox, so that the payment itself must refuse.
        await PublishAsync("order.placed.v1", Guid.CreateVersion7(), $$"""
            {"orderId":"{{id}}","customerId":"{{Guid.NewGuid()}}","total":{"amount":12.50,"currency":"EUR"},"paymentToken":"tok_visa","placedAt":"2026-01-01T00:00:00+00:00"}
            """);
        // And an order behind it on the same queue: when that is paid, the repeated one has been handled.
        await customer.OrderWhenAsync(await customer.PlaceAsync(await admin.CreateProductAsync(stock: 1)), "paid");

        Assert.Equal(1L, await shop.QueryAsync<long>("paymentdb", "select count(*) from gateway.charges where order_id = $1", id));
        Assert.Equal(2, (await customer.OrderAsync(id)).GetProperty("history").GetArrayLength());
    }

    [Fact]
    public async Task Orders_settle_once_each_though_payment_is_killed_in_the_middle_and_comes_back_by_itself()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 1000);

        var orders = new List<Guid>();
        for (var n = 0; n < 150; n++)
        {
            orders.Add(await customer.PlaceAsync(product));
            if (n is 50 or 100)
                await shop.KillAsync("payment");
        }

        foreach (var order in orders)
            await customer.OrderWhenAsync(order, "paid", seconds: 60);

        Assert.Equal(150L, await shop.QueryAsync<long>(
            "paymentdb", "select count(*) from gateway.charges where order_id = any($1)", orders.ToArray()));
        Assert.Equal(850, await admin.StockAsync(product));
    }

    [Fact]
    public async Task Orders_are_accepted_while_the_broker_is_away_and_paid_when_it_is_back()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 100);

        await shop.CommandAsync("messaging", KnownResourceCommands.StopCommand);
        var orders = new List<Guid>();
        for (var n = 0; n < 20; n++)
            orders.Add(await customer.PlaceAsync(product));

        await Eventually.TrueAsync(
            async () => (await customer.Product.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode
                == HttpStatusCode.ServiceUnavailable,
            "Product says that it is not ready");
        await shop.CommandAsync("messaging", KnownResourceCommands.StartCommand);

        foreach (var order in orders)
            await customer.OrderWhenAsync(order, "paid", seconds: 90);
    }

    [Fact]
    public async Task Without_the_database_requests_answer_503_with_Retry_After_and_resume_by_themselves()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 5);

        await shop.CommandAsync("postgres", KnownResourceCommands.StopCommand);
        using (var refused = await customer.TryPlaceAsync(product))
        using (var list = await customer.Product.GetAsync("/products", TestContext.Current.CancellationToken))
        {
            foreach (var answer in (HttpResponseMessage[])[refused, list])
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
        }

        await shop.CommandAsync("postgres", KnownResourceCommands.StartCommand);
        Guid? order = null;
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await customer.TryPlaceAsync(product);
            order = answer.StatusCode == HttpStatusCode.Accepted ? (await Customer.ReadAsync(answer)).GetProperty("id").GetGuid() : null;
            return order is not null;
        }, "orders are accepted again", seconds: 60);
        await customer.OrderWhenAsync(order!.Value, "paid", seconds: 60);
        Assert.Equal(4, await customer.StockAsync(product));
    }

    private async Task PublishAsync(string type, Guid messageId, string json)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var uri = await shop.App.GetConnectionStringAsync("messaging", cancellationToken);
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri!) }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        var properties = new BasicProperties { MessageId = messageId.ToString(), Type = type, ContentType = "application/json", Persistent = true };
        await channel.BasicPublishAsync("shop.events", type, mandatory: true, properties, Encoding.UTF8.GetBytes(json), cancellationToken);
    }
}
