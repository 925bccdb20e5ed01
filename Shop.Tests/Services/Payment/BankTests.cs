using System.Net;
using System.Text.RegularExpressions;
using Shop.Messaging.Contracts;

namespace Shop.Tests.Services.Payment;

/// <summary>A payment that asks the customer at their bank, in the service as it is.</summary>
public sealed partial class BankTests : PaymentTest
{
    private static readonly Guid Customer = Guid.NewGuid();

    [Fact]
    public async Task The_store_hears_once_where_the_customer_has_to_answer_and_nothing_is_charged_until_then()
    {
        await StartAsync();
        var order = Order("tok_3ds", customer: Customer);
        await PlaceAsync(order);
        var page = await PageAsync(order);
        Assert.Matches("^http://localhost:5103/bank/[0-9a-f]{32}$", page);

        await PlaceAsync(order);
        await ExecuteAsync("UPDATE payments SET ask_at = now()");
        await Eventually.TrueAsync(async () => await CountAsync("payments WHERE attempts >= 3") == 1, "the gateway is asked again");

        Assert.Equal("action-required", await StatusAsync(order));
        Assert.Equal(0, await CountAsync("gateway.charges"));
        Assert.Equal(1, (await GetAsync("/payments?status=action-required", Customer)).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await GetAsync("/payments?status=unknown", Customer)).Body.GetProperty("items").GetArrayLength());
        await AnswerAsync(new Uri(page).AbsolutePath, "approve");
        Assert.Equal(PaymentSucceeded.Name, (await NextEventAsync()).Type);
    }

    [Theory]
    [InlineData("approve", "paid")]
    [InlineData("refuse", "declined")]
    public async Task What_the_customer_answers_settles_the_payment_once(string answer, string status)
    {
        await StartAsync(("Payment:Storefront", "http://shop.example/"));
        var order = Order("tok_3ds", customer: Customer);
        await PlaceAsync(order);
        var page = new Uri(await PageAsync(order)).AbsolutePath;

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AnswerAsync(page, answer)));

        Assert.All(answers, one => Assert.Equal((HttpStatusCode.SeeOther, $"http://shop.example/orders/{order.OrderId}"), (one.StatusCode, one.Headers.Location?.ToString())));
        await Eventually.EqualAsync(status, () => StatusAsync(order));
        await AnswerAsync(page, answer is "approve" ? "refuse" : "approve");
        Assert.Equal(1, await CountAsync("gateway.charges"));
        Assert.Equal(status, await StatusAsync(order));
        Assert.DoesNotContain("<button", await (await OpenAsync(page)).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bank_speaks_German_to_whoever_does()
    {
        await StartAsync();
        var order = Order("tok_3ds", amount: 1234.50m, customer: Customer);
        await PlaceAsync(order);
        using var client = NewClient();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("de-DE,de;q=0.9,en;q=0.8");

        var page = WebUtility.HtmlDecode(await client.GetStringAsync(new Uri(await PageAsync(order)).AbsolutePath, Cancel));

        Assert.Contains("<html lang=\"de\">", page, StringComparison.Ordinal);
        Assert.Contains("Möchten Sie diese Zahlung ausführen?", page, StringComparison.Ordinal);
        Assert.Contains("1.234,50\u00A0€", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_comes_after_the_order_was_cancelled_charges_nothing()
    {
        await StartAsync();
        var order = Order("tok_3ds", customer: Customer);
        await PlaceAsync(order);
        var page = new Uri(await PageAsync(order)).AbsolutePath;
        await CallOffAsync(order);
        await Eventually.EqualAsync("cancelled", () => StatusAsync(order));

        await AnswerAsync(page, "approve");

        Assert.Equal(0, await CountAsync("gateway.charges WHERE reference IS NOT NULL"));
        Assert.Contains("Nothing was charged", await (await OpenAsync(page)).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_approval_that_lost_to_a_cancellation_is_not_called_a_payment()
    {
        await StartAsync();
        var order = Order("tok_3ds", customer: Customer);
        await PlaceAsync(order);
        var page = new Uri(await PageAsync(order)).AbsolutePath;
        await CallOffAsync(order);
        await Eventually.EqualAsync("cancelled", () => StatusAsync(order));

        // As when it had come just before.
        await ExecuteAsync("UPDATE gateway.challenges SET approved = true");

        Assert.Contains("Nothing was charged", await (await OpenAsync(page)).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_found_though_nobody_told_of_it()
    {
        await StartAsync();
        var order = Order("tok_3ds", customer: Customer);
        await PlaceAsync(order);
        await PageAsync(order);

        // As when the service dies between the answer and its news.
        await ExecuteAsync("UPDATE gateway.challenges SET approved = true");
        await ExecuteAsync("UPDATE payments SET ask_at = now()");

        await Eventually.EqualAsync("paid", () => StatusAsync(order));
    }

    [Theory, Trait("security", "45")]
    [InlineData("/bank/00000000000000000000000000000000")]
    [InlineData("/bank/x")]
    [InlineData("/bank/%22%3E%3Cscript%3E")]
    public async Task There_is_nothing_at_an_address_that_was_guessed(string path)
    {
        await StartAsync();

        Assert.True((await OpenAsync(path)).StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
        Assert.True((await AnswerAsync(path, "approve")).StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_page_is_nobody_elses_to_frame_to_keep_or_to_script()
    {
        await StartAsync(("Payment:Storefront", "http://shop.example/"));
        var order = Order("tok_3ds", customer: Customer);
        await PlaceAsync(order);

        using var page = await OpenAsync(new Uri(await PageAsync(order)).AbsolutePath);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http://shop.example",
            page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.True(page.Headers.CacheControl?.NoStore);
        Assert.DoesNotMatch(Inline(), await page.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Where the store is told that the customer has to answer.</summary>
    private async Task<string> PageAsync(OrderPlaced order)
    {
        var (type, body) = await NextEventAsync();
        Assert.Equal((PaymentActionRequired.Name, order.OrderId), (type, body.GetProperty("orderId").GetGuid()));
        return body.GetProperty("url").GetString()!;
    }

    private async Task<string?> StatusAsync(OrderPlaced order) => (await GetAsync($"/payments/{order.OrderId}", Customer)).Body.GetProperty("status").GetString();

    private Task<HttpResponseMessage> OpenAsync(string path) => RequestAsync(HttpMethod.Get, path, null);

    private async Task<HttpResponseMessage> AnswerAsync(string path, string answer)
    {
        using var client = NewClient(new() { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([new("answer", answer)]);
        return await client.PostAsync(path, form, Cancel);
    }

    [GeneratedRegex("<script|<style| style=| on[a-z]+=")]
    private static partial Regex Inline();
}
