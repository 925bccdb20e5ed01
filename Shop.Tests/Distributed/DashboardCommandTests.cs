using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shop.Hosting;

namespace Shop.Tests.Distributed;

[Collection(ShopSystem.Collection)]
public sealed class DashboardCommandTests(ShopSystem shop)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("product")]
    [InlineData("postgres")]
    [InlineData("messaging")]
    public async Task What_is_killed_in_the_dashboard_runs_again_in_another_process(string resource)
    {
        var before = ProcessOf(resource);

        Assert.Contains($"{before} is killed", await RunAsync(resource, "kill"), StringComparison.Ordinal);

        await Eventually.TrueAsync(() => Task.FromResult(ProcessOf(resource) is { } now && now != before), $"{resource} runs in another process", seconds: 60);
        await shop.Notifications.WaitForResourceHealthyAsync(resource, Cancel);
        // What the dashboard shows may be older than the kill, so the services are asked themselves.
        foreach (var service in (string[])["auth", "product", "payment"])
        {
            using var client = shop.App.CreateHttpClient(service, "http");
            await Eventually.TrueAsync(async () => await IsHealthyAsync(client), $"{service} is healthy", seconds: 60);
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/health", Cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    [Fact]
    public async Task A_resource_that_does_not_run_has_nothing_to_kill()
    {
        var result = await shop.App.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync("shoppers", "kill", Cancel);

        Assert.False(result.Success);
    }

    [Fact]
    public async Task A_store_that_is_filled_has_10000_more_products_that_can_be_bought()
    {
        using var customer = await Customer.RegisterAsync(shop);
        var before = await shop.QueryAsync<long>("productdb", "select count(*) from products");

        Assert.Contains("10,000", await RunAsync("productdb", "fill"), StringComparison.Ordinal);

        Assert.Equal(before + 10_000, await shop.QueryAsync<long>("productdb", "select count(*) from products"));
        var one = (await Customer.GetAsync(customer.Product, "/products?q=linen&limit=1")).GetProperty("items")[0].GetProperty("id").GetGuid();
        await customer.OrderWhenAsync(await customer.PlaceAsync(one), "paid");
    }

    [Fact]
    public async Task A_store_that_is_reset_is_a_new_one_with_its_accounts_and_takes_orders()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        using var customer = await Customer.RegisterAsync(shop);
        var product = await admin.CreateProductAsync(stock: 100);
        await customer.OrderWhenAsync(await customer.PlaceAsync(product), "paid");
        // On their way when the store is reset, as are what became of them.
        for (var n = 0; n < 20; n++)
            await customer.PlaceAsync(product);

        await RunAsync("productdb", "reset");

        Assert.Equal(0, (await Customer.GetAsync(customer.Product, "/orders")).GetProperty("items").GetArrayLength());
        Assert.Equal(0L, await shop.QueryAsync<long>("paymentdb", "select count(*) from payments"));
        var order = await customer.PlaceAsync(await AnyProductAsync(customer));
        await customer.OrderWhenAsync(order, "paid");
        // The order came after all that was on its way: nothing of that was left.
        Assert.Equal(1L, await shop.QueryAsync<long>("paymentdb", "select count(*) from payments"));
        Assert.Equal(1000, (await customer.OrderAsync(order)).GetProperty("number").GetInt64());
    }

    [Fact]
    public async Task Dead_letters_are_sent_again_and_die_again_when_they_still_cannot_be_handled()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        var uri = await shop.App.GetConnectionStringAsync("messaging", Cancel);
        await using (var connection = await new ConnectionFactory { Uri = new Uri(uri!) }.CreateConnectionAsync(Cancel))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancel);
            var properties = new BasicProperties { MessageId = Guid.NewGuid().ToString(), Type = "order.placed.v1", Persistent = true };
            await channel.BasicPublishAsync("shop.events", "order.placed.v1", mandatory: true, properties, Encoding.UTF8.GetBytes("no order"), Cancel);
        }

        await Eventually.TrueAsync(async () => await DeathsAsync() == 1, "the message is a dead letter");

        Assert.Contains("payment 1", await RunAsync("messaging", "replay-dead-letters"), StringComparison.Ordinal);

        await Eventually.TrueAsync(async () => await DeathsAsync() == 2, "the message has died again");
        var letter = (await Customer.GetAsync(admin.Payment, "/dead-letters")).GetProperty("items")[0].GetProperty("id").GetGuid();
        (await admin.Payment.DeleteAsync($"/dead-letters/{letter}", Cancel)).EnsureSuccessStatusCode();

        async Task<int> DeathsAsync() =>
            (await Customer.GetAsync(admin.Payment, "/dead-letters")).GetProperty("items").EnumerateArray().Select(x => x.GetProperty("deaths").GetInt32()).SingleOrDefault();
    }

    private static async Task<Guid> AnyProductAsync(Customer customer) =>
        (await Customer.GetAsync(customer.Product, "/products?inStock=true&limit=1&sort=-price")).GetProperty("items")[0].GetProperty("id").GetGuid();

    private int? ProcessOf(string resource) =>
        shop.Notifications.TryGetCurrentState(resource, out var current) && current.Snapshot.State?.Text == KnownResourceStates.Running
            ? ProcessTree.MainOf(current.Snapshot) : null;

    /// <summary>Runs a command that must succeed, and returns what it says.</summary>
    private async Task<string> RunAsync(string resource, string command)
    {
        var result = await shop.App.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(resource, command, Cancel);
        Assert.True(result.Success, result.Message);
        return result.Message!;
    }
}
