using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Shop.Messaging.Contracts;
using Shop.Tests.Services.Product;

namespace Shop.Tests.Services.Payment;

/// <summary>Product and Payment as they are, with the broker between them.</summary>
public sealed class OrderTraceTests : PaymentTest
{
    [Fact]
    public async Task One_trace_goes_from_the_request_for_an_order_to_its_payment_and_back()
    {
        var spans = new ConcurrentDictionary<string, Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Shop.Messaging" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans[span.Id!] = span,
        };
        ActivitySource.AddActivityListener(listener);
        var (trace, browser) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        await using var product = new ProductBesideBroker();
        await product.InitializeAsync();
        await StartAsync();
        await Broker.UntilConsumedAsync("product.payments");

        var item = (await product.CreateAsync()).GetProperty("id").GetGuid();
        using var answer = await product.SendAsync(
            HttpMethod.Post, "/orders", product.Token(Guid.NewGuid()),
            JsonContent.Create(new { items = new[] { new { productId = item, quantity = 1 } }, paymentToken = "tok_visa" }),
            ("Idempotency-Key", "key"), ("traceparent", $"00-{trace}-{browser}-01"));
        var order = (await HttpAssert.JsonAsync(answer, HttpStatusCode.Accepted)).GetProperty("id").GetGuid();
        await Eventually.EqualAsync("paid", () => product.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", order));

        await Eventually.TrueAsync(() => Task.FromResult(Path().Count == 5), "the spans have ended");
        Assert.Equal(
            [
                "process product.payments", $"publish {PaymentSucceeded.Name}", "process payment.orders", $"publish {OrderPlaced.Name}",
                "Microsoft.AspNetCore.Hosting.HttpRequestIn",
            ],
            Path().Select(span => span.OperationName));
        Assert.Equal(browser, Path()[^1].ParentSpanId);

        // From the last span to its cause, and so on to the first.
        List<Activity> Path()
        {
            var path = new List<Activity>();
            var next = spans.Values.SingleOrDefault(span => span.TraceId == trace && span.OperationName == "process product.payments");
            for (; next is not null; next = spans.GetValueOrDefault(next.ParentId!))
                path.Add(next);
            return path;
        }
    }

    private sealed class ProductBesideBroker : ProductService
    {
        private string _broker = "";

        protected override (string Key, string Value)[] Settings => [("ConnectionStrings:messaging", _broker)];

        public override async ValueTask InitializeAsync()
        {
            _broker = await TestServers.RabbitMqAsync();
            await base.InitializeAsync();
        }
    }
}
