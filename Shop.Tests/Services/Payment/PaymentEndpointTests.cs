using System.Buffers.Text;
using System.Net;
using System.Text;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Payment;

public sealed class PaymentEndpointTests : PaymentTest
{
    [Fact]
    public async Task A_customer_sees_the_payment_of_an_order()
    {
        await StartAsync();
        var order = Order("tok_visa");
        await PlaceAsync(order);
        await NextEventAsync();

        var (response, payment) = await GetAsync($"/payments/{order.OrderId}", order.CustomerId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("paid", payment.GetProperty("status").GetString());
        Assert.Equal(("12.50", "EUR"), (payment.GetProperty("amount").GetProperty("amount").GetRawText(), payment.GetProperty("amount").GetProperty("currency").GetString()));
        Assert.Equal("simulated", payment.GetProperty("gateway").GetString());
        Assert.Equal($"sim_{order.OrderId:N}", payment.GetProperty("reference").GetString());
        Assert.Equal(1, payment.GetProperty("attempts").GetInt32());
        Assert.Equal(TimeSpan.Zero, payment.GetProperty("createdAt").GetDateTimeOffset().Offset);
        Assert.True(payment.GetProperty("updatedAt").GetDateTimeOffset() >= payment.GetProperty("createdAt").GetDateTimeOffset());
        Assert.False(payment.TryGetProperty("reason", out _));
        Assert.False(payment.TryGetProperty("token", out _));
    }

    [Fact, Trait("security", "23")]
    public async Task A_strangers_payment_is_not_there_except_for_support()
    {
        await StartAsync();
        var order = Order("tok_declined");
        await PlaceAsync(order);
        await NextEventAsync();
        var path = $"/payments/{order.OrderId}";

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(path, user: null)).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path, Guid.NewGuid())).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path, Guid.NewGuid(), Permissions.OrdersRead)).Response.StatusCode);
        var (response, payment) = await GetAsync(path, Guid.NewGuid(), Permissions.PaymentsRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("declined", payment.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("/payments/nonsense", HttpStatusCode.NotFound)]
    [InlineData("/payments/01990000-0000-7000-8000-000000000001", HttpStatusCode.NotFound)]
    [InlineData("/payments?status=lost", HttpStatusCode.BadRequest)]
    [InlineData("/payments?status=1", HttpStatusCode.BadRequest)]
    [InlineData("/payments?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/payments?after=nonsense", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_answered_is_a_problem(string path, HttpStatusCode status)
    {
        await StartAsync();
        var (response, problem) = await GetAsync(path, Guid.NewGuid());
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("https://shop.test/problems/", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Fact, Trait("security", "39")]
    public async Task A_cursor_that_somebody_made_up_breaks_nobody_elses_request()
    {
        await StartAsync();
        var order = Order("tok_visa");
        await PlaceAsync(order);
        await NextEventAsync();
        string[] cursors =
        [
            .. new[] { "2026-11-26T10:00:00+02:00", "9999-12-31T23:59:59.9999999+00:00", "0001-01-01T00:00:00+00:00", "2026-11-26T10:00:00", "2026-11-26", "\\u0000", "\\ud800" }
                .Select(time => $"{{\"createdAt\":\"{time}\",\"orderId\":\"{order.OrderId}\"}}"),
            "{\"createdAt\":5,\"orderId\":\"x\"}",
        ];

        for (var round = 0; round < 5; round++)
        {
            var hostile = cursors.Select(cursor => GetAsync("/payments?after=" + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(cursor)), Guid.NewGuid())).ToList();
            var others = Enumerable.Range(0, 12).Select(_ => GetAsync($"/payments/{order.OrderId}", order.CustomerId)).ToList();
            var lists = Enumerable.Range(0, 12).Select(_ => GetAsync("/payments", order.CustomerId)).ToList();

            Assert.All(await Task.WhenAll(others), answer => Assert.Equal(HttpStatusCode.OK, answer.Response.StatusCode));
            Assert.All(await Task.WhenAll(lists), answer => Assert.Equal(HttpStatusCode.OK, answer.Response.StatusCode));
            Assert.All(await Task.WhenAll(hostile), answer => Assert.InRange((int)answer.Response.StatusCode, 200, 499));
        }
    }

    [Fact]
    public async Task The_list_shows_own_payments_newest_first_page_by_page()
    {
        await StartAsync();
        var customer = Guid.NewGuid();
        var mine = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            var order = Order(i == 2 ? "tok_declined" : "tok_visa", customer: customer);
            await PlaceAsync(order);
            await NextEventAsync();
            mine.Insert(0, order.OrderId);
        }
        await PlaceAsync(Order("tok_visa"));
        await NextEventAsync();

        var seen = new List<Guid>();
        for (var path = "/payments?limit=2"; path is not null;)
        {
            var (_, page) = await GetAsync(path, customer);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(x => x.GetProperty("orderId").GetGuid()));
            path = page.GetProperty("next").GetString() is { } next ? $"/payments?limit=2&after={next}" : null;
        }
        Assert.Equal(mine, seen);

        var (_, declined) = await GetAsync("/payments?status=declined", customer);
        Assert.Equal(mine[2], Assert.Single(declined.GetProperty("items").EnumerateArray()).GetProperty("orderId").GetGuid());
        var (_, everybodys) = await GetAsync("/payments", Guid.NewGuid(), Permissions.PaymentsRead);
        Assert.Equal(6, everybodys.GetProperty("items").GetArrayLength());
    }
}
