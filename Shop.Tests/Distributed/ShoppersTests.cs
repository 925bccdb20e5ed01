using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Distributed;

[Collection(ShopSystem.Collection)]
public sealed class ShoppersTests(ShopSystem shop)
{
    [Fact]
    public async Task Shoppers_come_when_they_are_started_have_orders_paid_and_declined_and_go_when_they_are_stopped()
    {
        using var admin = await Customer.SignInAsync(shop, ShopSystem.AdminEmail, ShopSystem.AdminPassword);
        await shop.CommandAsync("shoppers", KnownResourceCommands.StartCommand);
        try
        {
            foreach (var status in (string[])["paid", "declined"])
                await Eventually.TrueAsync(async () => await CountAsync(admin, status) > 0, $"an order of a shopper is {status}", seconds: 120);
        }
        finally
        {
            await shop.CommandAsync("shoppers", KnownResourceCommands.StopCommand);
        }
    }

    /// <summary>Orders in the status whose customers have a shopper's name.</summary>
    private static async Task<long> CountAsync(Customer admin, string status)
    {
        var orders = (await Customer.GetAsync(admin.Product, $"/orders?status={status}&limit=20")).GetProperty("items").EnumerateArray();
        var count = 0L;
        foreach (var customer in orders.Select(order => order.GetProperty("customerId").GetGuid()).Distinct())
        {
            var user = await Customer.GetAsync(admin.Auth, $"/users/{customer}");
            if (user.GetProperty("displayName").GetString() is { Length: > 0 })
                count++;
        }

        return count;
    }
}
