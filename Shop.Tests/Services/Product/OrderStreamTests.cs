using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Product;

public sealed class OrderStreamTests(OrderStreamTests.ShortLivedOrders shop) : IClassFixture<OrderStreamTests.ShortLivedOrders>
{
    private readonly Guid _customer = Guid.NewGuid();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A shop where orders expire after some seconds.</summary>
    public sealed class ShortLivedOrders : ProductService
    {
        protected override (string Key, string Value)[] Settings => [("Orders:ExpireAfter", "00:00:04")];
    }

    [Fact]
    public async Task An_order_that_nobody_answers_for_expires_and_its_stock_is_back()
    {
        var (product, order) = await PlaceAsync();

        // The stream ends by itself when the order is final.
        Assert.Equal([("1", "pending"), ("2", "expired")], await ReadAsync(shop.Client, order).ToListAsync(Cancel));

        Assert.Equal(10, await shop.StockAsync(product));
        Assert.Equal(1L, await shop.QueryAsync<long>(
            "SELECT count(*) FROM outbox WHERE type = 'order.cancelled.v1' AND payload ->> 'reason' = 'expired' AND payload ->> 'orderId' = $1",
            order.ToString()));
        var expired = await shop.GetAsync($"/orders/{order}", shop.Token(_customer));
        Assert.Equal("no_payment_in_time", expired.GetProperty("history")[1].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_change_made_in_one_replica_reaches_who_watches_in_another_at_once()
    {
        var (_, order) = await PlaceAsync();
        using var other = shop.StartReplica();
        await using var events = ReadAsync(other, order).GetAsyncEnumerator(Cancel);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("1", "pending"), events.Current);

        await shop.SendAsync(HttpMethod.Post, $"/orders/{order}/cancel", shop.Token(_customer));

        // A watcher looks by itself only after five seconds.
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(3), Cancel));
        Assert.Equal(("2", "cancelled"), events.Current);
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task A_client_that_was_cut_off_goes_on_where_it_was_and_is_told_when_there_is_no_more()
    {
        var (_, order) = await PlaceAsync();
        await shop.SendAsync(HttpMethod.Post, $"/orders/{order}/cancel", shop.Token(_customer));

        Assert.Equal([("2", "cancelled")], await ReadAsync(shop.Client, order, "1").ToListAsync(Cancel));
        using var end = await OpenAsync(shop.Client, order, "2");
        Assert.Equal(HttpStatusCode.NoContent, end.StatusCode);
        Assert.Equal(2, await ReadAsync(shop.Client, order, "nonsense").CountAsync(Cancel));
    }

    [Fact, Trait("security", "23")]
    public async Task Nobody_else_watches_an_order_except_who_may_see_all()
    {
        var (_, order) = await PlaceAsync();
        var path = $"/orders/{order}/events";
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, path), HttpStatusCode.Unauthorized, "unauthorized");
        await HttpAssert.ProblemAsync(await shop.SendAsync(HttpMethod.Get, path, shop.Token(Guid.NewGuid())), HttpStatusCode.NotFound, "not-found");
        await shop.SendAsync(HttpMethod.Post, $"/orders/{order}/cancel", shop.Token(_customer));
        using var support = await shop.SendAsync(HttpMethod.Get, path, shop.Token(Guid.NewGuid(), Permissions.OrdersRead));
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (support.StatusCode, support.Content.Headers.ContentType?.MediaType));
    }

    private async Task<(Guid Product, Guid Order)> PlaceAsync()
    {
        var product = (await shop.CreateAsync(stock: 10)).GetProperty("id").GetGuid();
        return (product, (await shop.PlaceAsync(_customer, (product, 2))).GetProperty("id").GetGuid());
    }

    private async IAsyncEnumerable<(string Id, string Status)> ReadAsync(HttpClient client, Guid order, string? after = null)
    {
        using var answer = await OpenAsync(client, order, after);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
        var events = SseParser.Create(stream);
        await foreach (var item in events.EnumerateAsync(Cancel))
            yield return (events.LastEventId, JsonElement.Parse(item.Data).GetProperty("status").GetString()!);
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpClient client, Guid order, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{order}/events");
        request.Headers.Authorization = new("Bearer", shop.Token(_customer));
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }
}
