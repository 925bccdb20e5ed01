using System.Net;

namespace Shop.Tests.Services.Product;

public sealed class SilentStreamTests(ProductService shop) : IClassFixture<ProductService>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_on_which_nothing_happens_sends_a_comment_before_a_proxy_loses_patience()
    {
        var customer = Guid.NewGuid();
        var order = (await shop.PlaceAsync(customer, ((await shop.CreateAsync()).GetProperty("id").GetGuid(), 1))).GetProperty("id").GetGuid();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{order}/events");
        request.Headers.Authorization = new("Bearer", shop.Token(customer));
        using var answer = await shop.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));

        Assert.StartsWith("data: {", await lines.ReadLineAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("id: 1", await lines.ReadLineAsync(Cancel));
        Assert.Equal("", await lines.ReadLineAsync(Cancel));
        for (var i = 0; i < 2; i++)
        {
            var comment = await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(15), Cancel);
            Assert.StartsWith(":", comment, StringComparison.Ordinal);
            Assert.Equal("", await lines.ReadLineAsync(Cancel));
        }
    }
}
