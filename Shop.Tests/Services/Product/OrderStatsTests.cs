using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;
using Shop.Product.Orders;
using Shop.Product.Orders.Stats;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

public sealed class OrderStatsTests(ProductService shop) : IClassFixture<ProductService>
{
    private readonly Guid _customer = Guid.NewGuid();

    private string Staff => shop.Token(_customer, Permissions.OrdersRead);

    [Fact]
    public async Task What_became_of_orders_is_counted_once_though_it_commits_late_and_with_replicas()
    {
        using var replica = shop.StartReplica();
        // What another test has placed stays pending.
        var others = (int)await shop.QueryAsync<long>("SELECT count(*) FROM orders");
        var product = (await shop.CreateAsync(stock: 1000, price: 10m)).GetProperty("id").GetGuid();
        // A hole in the order of commits: this one began before all others and ends after they are counted.
        await using var connection = await shop.Database.OpenConnectionAsync(Cancel);
        await using var late = await connection.BeginTransactionAsync(Cancel);
        var last = await PlaceAsync((await shop.CreateAsync(price: 10m)).GetProperty("id").GetGuid());
        await ExecuteAsync(OnPayment.DeclinedSql, connection, last, "declined");
        var orders = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PlaceAsync(product)));
        await Task.WhenAll(orders.Take(10).Select(order => ExecuteAsync(OnPayment.PaidSql, null, order)));
        await ExecuteAsync(OnPayment.RefundedSql, null, orders[0], "support", 10m);
        await ExecuteAsync(OnPayment.RefundedSql, null, orders[1], "support", 4m);
        await late.CommitAsync(Cancel);

        await Eventually.TrueAsync(async () => (await TotalAsync()).GetProperty("outcomes").GetProperty("declined").GetInt32() == 1, "all is counted");
        var total = await TotalAsync();
        Assert.Equal(others + 21, total.GetProperty("count").GetInt32());
        Assert.Equal($$"""{"pending":{{others + 10}},"paid":9,"declined":1,"cancelled":0,"expired":0,"refunded":1}""", total.GetProperty("outcomes").GetRawText());
        Assert.Equal(("EUR", 86m), (total.GetProperty("revenue")[0].GetProperty("currency").GetString(), total.GetProperty("revenue")[0].GetProperty("amount").GetDecimal()));
        Assert.InRange(total.GetProperty("timeToPaid").GetProperty("p95").GetDouble(), 0.0005, 60);

        // It is not counted again.
        await Task.WhenAll(orders.Skip(10).Select(order => ExecuteAsync(OnPayment.PaidSql, null, order)));
        await Eventually.TrueAsync(async () => (await TotalAsync()).GetProperty("outcomes").GetProperty("pending").GetInt32() == others, "the rest is counted");
        Assert.Equal(others + 21, (await TotalAsync()).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_database_from_another_server_is_counted_anew()
    {
        var product = (await shop.CreateAsync(stock: 10)).GetProperty("id").GetGuid();
        await PlaceAsync(product);
        await Eventually.TrueAsync(async () => (await TotalAsync()).GetProperty("count").GetInt32() > 0, "it is counted");

        await ExecuteAsync("UPDATE order_stats_position SET transaction = '1000000000000'");
        await ExecuteAsync("UPDATE order_stats SET count = 7000");

        var orders = await shop.QueryAsync<long>("SELECT count(*) FROM orders");
        await Eventually.TrueAsync(async () => (await TotalAsync()).GetProperty("count").GetInt64() == await shop.QueryAsync<long>("SELECT count(*) FROM orders"), $"{orders} are counted");
    }

    [Fact]
    public async Task Periods_are_whole_and_all_there()
    {
        var days = await shop.GetAsync("/stats/orders?by=day&from=2026-01-01T15:00:00Z&to=2026-01-03T01:00:00Z", Staff);
        Assert.Equal(["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", "2026-01-03T00:00:00+00:00"], days.GetProperty("items").EnumerateArray().Select(day => day.GetProperty("at").GetString()));
        var hours = await shop.GetAsync("/stats/orders", Staff);
        Assert.Equal(24, hours.GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.Forbidden, (await shop.SendAsync(HttpMethod.Get, "/stats/orders", shop.Token(_customer))).StatusCode);
    }

    [Theory]
    [InlineData("by=week")]
    [InlineData("from=2026-01-02&to=2026-01-01")]
    [InlineData("from=2020-01-01&to=2026-01-01")]
    [InlineData("by=day&from=0001-01-01")]
    [InlineData("to=9999-12-31T23:59:59Z")]
    [InlineData("from=yesterday")]
    public async Task Nonsense_is_refused(string query) =>
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, $"/stats/orders?{query}", Staff), HttpStatusCode.BadRequest, "validation");

    [Fact]
    public void A_percentile_is_at_most_a_twentieth_off()
    {
        var times = Enumerable.Range(1, 1000).Select(i => i * 7.0).ToList();
        var counts = times.GroupBy(time => (int)Math.Floor(Math.Log(time) / Math.Log(1.1))).Select(group => KeyValuePair.Create(group.Key, (long)group.Count()));
        Assert.InRange(PaidTimes.Percentile(counts, 0.5)!.Value.TotalMilliseconds / 3500, 0.95, 1.05);
        Assert.InRange(PaidTimes.Percentile(counts, 0.95)!.Value.TotalMilliseconds / 6650, 0.95, 1.05);
        Assert.Null(PaidTimes.Percentile([], 0.5));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<JsonElement> TotalAsync() => (await shop.GetAsync(
        string.Create(CultureInfo.InvariantCulture, $"/stats/orders?from={DateTime.UtcNow.AddHours(-2):O}"), Staff)).GetProperty("total");

    private async Task<Guid> PlaceAsync(Guid product) => (await shop.PlaceAsync(_customer, (product, 1))).GetProperty("id").GetGuid();

    private Task ExecuteAsync(string sql) => ExecuteAsync(sql, null);

    private async Task ExecuteAsync(string sql, NpgsqlConnection? connection, params object[] parameters)
    {
        await using var command = connection is null ? shop.Database.CreateCommand(sql) : new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
