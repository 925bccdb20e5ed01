using System.Net;

namespace Shop.Tests.Services;

/// <summary>The pages of a customer's orders and addresses, with the real Auth and a stand-in for Product.</summary>
public sealed class OrderPageTests : IClassFixture<OrdersSite>
{
    private readonly string _site;
    private readonly string _email;
    private readonly HttpClient _http;
    private readonly Browser _browser;
    private readonly OrdersStub _product;

    public OrderPageTests(OrdersSite site)
    {
        (_site, _email, _http, _product) = (site.Address, site.Email, site.Http, site.Product);
        _browser = new(_http);
        _product.Reset();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Page => $"{_site}/orders/{OrdersStub.Number}";

    [Theory]
    [InlineData("pending", "pending", null, "Confirming with your bank", true)]
    [InlineData("pending", "action-required", null, "href=\"http://bank.test/bank/1\"", true)]
    [InlineData("paid", "paid", null, "Your payment has arrived", false)]
    [InlineData("paid", "refunding", null, "You asked for your money back", true)]
    [InlineData("declined", "declined", "insufficient_funds", "There is not enough money", false)]
    [InlineData("declined", "declined", "authentication_failed", "was not confirmed at the bank", false)]
    [InlineData("declined", "declined", "invalid_token", "This card cannot be used here", false)]
    [InlineData("expired", "cancelled", null, "did not arrive in time", false)]
    [InlineData("cancelled", "cancelled", "customer", "This order was cancelled", false)]
    [InlineData("refunded", "refunded", null, "Your money was given back", false)]
    public async Task An_order_says_in_words_how_it_stands_and_is_followed_only_while_it_moves(string order, string payment, string? reason, string words, bool followed)
    {
        _product.Status = (order, payment, reason);

        var page = await _browser.OpenAsync(Page);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(words, page.Html, StringComparison.Ordinal);
        Assert.Contains("Kettle &lt;b&gt;", page.Html, StringComparison.Ordinal);
        Assert.Equal(followed, page.Html.Contains($"data-live=\"/orders/{OrdersStub.Number}/events\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_id_of_an_order_leads_to_its_number_and_what_is_not_there_is_a_404()
    {
        Assert.Equal(Page, (await _browser.OpenAsync($"{_site}/orders/{OrdersStub.Order}")).Address.ToString());
        Assert.Equal(HttpStatusCode.NotFound, (await _browser.OpenAsync($"{_site}/orders/{Guid.NewGuid()}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _browser.OpenAsync(_site + "/orders/7")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _browser.OpenAsync(_site + "/orders/7/events")).Status);
    }

    [Fact]
    public async Task An_order_sent_twice_says_that_it_was_ordered_already() =>
        Assert.Contains("Already ordered: 1105", (await _browser.OpenAsync(Page + "?placed=already")).Html, StringComparison.Ordinal);

    [Fact]
    public async Task An_order_is_cancelled_only_after_asking()
    {
        Assert.Contains("Cancel order 1105?", (await _browser.OpenAsync(Page + "?cancel=1")).Html, StringComparison.Ordinal);
        Assert.Equal("pending", _product.Status.Order);

        var page = await _browser.SubmitAsync("/orders/");

        Assert.Equal(Page, page.Address.ToString());
        Assert.Contains("This order was cancelled", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cancels_too_late_is_told_so()
    {
        await _browser.OpenAsync(Page + "?cancel=1");
        _product.Status = ("declined", "declined", null);

        Assert.Contains("It is too late to cancel", (await _browser.SubmitAsync("/orders/")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_come_through_one_by_one_and_the_stream_ends_with_that_of_Product()
    {
        using var response = await _http.GetAsync(Page + "/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal("data: pending", await events.ReadLineAsync(Cancel));

        _product.GoOn.SetResult();

        Assert.Equal("\ndata: paid\n\n", await events.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task The_stream_of_Product_ends_when_the_visitor_leaves()
    {
        using (var response = await _http.GetAsync(Page + "/events", HttpCompletionOption.ResponseHeadersRead, Cancel))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await _product.Left.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
    }

    [Fact]
    public async Task Product_hears_what_a_browser_has_seen_and_says_when_nothing_more_will_come()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Page + "/events") { Headers = { { "Last-Event-ID", "2" } } };
        using var response = await _http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task Orders_are_filtered_by_their_state()
    {
        var page = await _browser.OpenAsync(_site + "/account/orders?status=paid");

        Assert.Contains("href=\"/orders/1105\"", page.Html, StringComparison.Ordinal);
        Assert.Contains(_product.Asked, query => query.Contains("status=paid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_is_refused_or_cannot_be_saved_is_not_typed_again()
    {
        await _browser.OpenAsync(_site + "/account/addresses");
        var page = await _browser.SubmitAsync("/account/addresses", ("name", "Ann"), ("line1", "Side Street 2"), ("postalCode", "1"), ("city", ""), ("country", "DE"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("aria-invalid=\"true\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"Side Street 2\"", page.Html, StringComparison.Ordinal);

        _product.IsAway = true;
        page = await _browser.SubmitAsync("/account/addresses", ("city", "Berlin"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("value=\"Side Street 2\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"Berlin\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_removed_only_after_asking_and_twice_is_as_once()
    {
        await _browser.OpenAsync($"{_site}/account/addresses?remove={OrdersStub.Address}");
        Assert.False(_product.AddressRemoved);
        Assert.Contains("The address was removed", (await _browser.SubmitAsync("/account/addresses?remove")).Html, StringComparison.Ordinal);
        Assert.True(_product.AddressRemoved);

        await _browser.OpenAsync($"{_site}/account/addresses?remove={OrdersStub.Address}");
        Assert.Equal(HttpStatusCode.OK, (await _browser.SubmitAsync("/account/addresses?remove")).Status);
    }

    [Fact]
    public async Task While_Product_is_away_the_account_still_says_who_it_is_of()
    {
        _product.IsAway = true;

        Assert.Contains(_email, (await _browser.OpenAsync(_site + "/account")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _browser.OpenAsync(Page)).Status);
    }
}
