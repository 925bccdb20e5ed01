using System.Net;
using System.Text.Json;
using Shop.Messaging.Contracts;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Payment;

/// <summary>The simulated gateway's own books against the payments.</summary>
public sealed class BooksTests : PaymentTest
{
    private readonly Guid _support = Guid.NewGuid();

    [Fact]
    public async Task Books_that_agree_say_what_was_charged_how_often_it_was_asked_for_and_what_was_given_back()
    {
        await StartAsync();
        await SettledAsync("tok_visa", "paid");
        var flaky = await SettledAsync("tok_flaky", "paid");
        await SettledAsync("tok_declined", "declined");
        await CallOffAsync(flaky);
        await UntilAsync(flaky, "refunded");

        var books = await CompareAsync();

        Assert.Empty(books.GetProperty("differences").EnumerateArray());
        var total = Assert.Single(books.GetProperty("totals").EnumerateArray());
        Assert.Equal((3, 0, 2, 1), (Number("payments"), Number("open"), Number("charged"), Number("askedAgain")));
        Assert.Equal((25m, 12.50m), (total.GetProperty("taken").GetProperty("amount").GetDecimal(), total.GetProperty("givenBack").GetProperty("amount").GetDecimal()));
        Assert.Equal(0, (await CompareAsync($"?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z")).GetProperty("totals").GetArrayLength());

        int Number(string name) => total.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Whatever_does_not_agree_is_named()
    {
        await StartAsync();
        var names = new Dictionary<Guid, string>();
        foreach (var (kind, token, status, tamper) in ((string, string, string, string)[])
        [
            ("never-charged", "tok_visa", "paid", "DELETE FROM gateway.charges"),
            ("charged-otherwise", "tok_visa", "paid", "UPDATE gateway.charges SET amount = 99"),
            ("refunded-otherwise", "tok_visa", "paid", "UPDATE gateway.charges SET refunded = 1"),
            ("charged-but-declined", "tok_declined", "declined", "UPDATE gateway.charges SET reference = 'sim_1', reason = NULL"),
            ("unknown-here", "tok_visa", "paid", "DELETE FROM payments"),
        ])
        {
            var order = await SettledAsync(token, status);
            await ExecuteAsync($"{tamper} WHERE order_id = '{order.OrderId}'");
            names[order.OrderId] = kind;
        }

        var found = (await CompareAsync()).GetProperty("differences").EnumerateArray()
            .ToDictionary(difference => difference.GetProperty("orderId").GetGuid(), difference => difference.GetProperty("kind").GetString()!);

        Assert.Equal(names.OrderBy(name => name.Key), found.OrderBy(name => name.Key));
    }

    [Fact]
    public async Task Only_support_sees_them_and_for_a_quarter_at_most()
    {
        await StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await RequestAsync(HttpMethod.Get, "/payments/books", Guid.NewGuid(), Permissions.OrdersRead)).StatusCode);
        foreach (var days in (string[])["?from=2020-01-01T00:00:00Z", "?from=2020-02-01T00:00:00Z&to=2020-01-01T00:00:00Z", "?from=yesterday"])
            Assert.Equal(HttpStatusCode.BadRequest, (await RequestAsync(HttpMethod.Get, $"/payments/books{days}", _support, Permissions.PaymentsRead)).StatusCode);
    }

    private async Task<OrderPlaced> SettledAsync(string token, string status)
    {
        var order = Order(token);
        await PlaceAsync(order);
        await UntilAsync(order, status);
        return order;
    }

    private async Task<JsonElement> CompareAsync(string days = "")
    {
        var (response, body) = await GetAsync($"/payments/books{days}", _support, Permissions.PaymentsRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return body;
    }
}
