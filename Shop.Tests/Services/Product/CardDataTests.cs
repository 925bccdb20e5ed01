using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Tests.Services.Product;

/// <summary>The service with all that it logs kept, from Trace on.</summary>
public sealed class LoggedProductService : ProductService
{
    private readonly Lines _lines = new();

    /// <summary>What was logged.</summary>
    public IEnumerable<string> Log => _lines.All;

    protected override (string Key, string Value)[] Settings => [("Logging:LogLevel:Default", "Trace"), ("Logging:Console:LogLevel:Default", "None")];

    protected override void Replace(IServiceCollection services) => services.AddLogging(logging => logging.AddProvider(_lines));

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            All.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

/// <summary>What a client should never have sent.</summary>
[Trait("security", "37")]
public sealed class CardDataTests(LoggedProductService shop) : IClassFixture<LoggedProductService>
{
    private const string Card = "4916338506082832";

    [Fact]
    public async Task A_card_number_that_is_sent_all_the_same_is_kept_nowhere()
    {
        var traces = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traces.Enqueue(string.Join(' ', [
                activity.DisplayName, activity.StatusDescription, .. activity.TagObjects.Select(tag => $"{tag.Value}"),
                .. activity.Events.SelectMany(told => told.Tags).Select(tag => $"{tag.Value}")])),
        };
        ActivitySource.AddActivityListener(listener);
        var product = (await shop.CreateAsync()).GetProperty("id").GetGuid();
        var items = new[] { new { productId = product, quantity = 1 } };

        using var refused = await OrderAsync(new { items, paymentToken = Card });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.DoesNotContain(Card, await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var spaced = await OrderAsync(new { items, paymentToken = "4916 3385 0608 2832" });
        Assert.Equal(HttpStatusCode.BadRequest, spaced.StatusCode);
        using var beside = await OrderAsync(new { items, paymentToken = "tok_visa", cardNumber = Card, cvv = Card });
        Assert.Equal(HttpStatusCode.Accepted, beside.StatusCode);
        using var broken = await OrderAsync(new { items = Card, paymentToken = "tok_visa" });
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);

        Assert.NotEmpty(shop.Log);
        Assert.NotEmpty(traces);
        Assert.DoesNotContain(shop.Log.Concat(traces), line => line.Contains(Card, StringComparison.Ordinal));
        Assert.Empty(await TablesWithAsync(Card));
        // That would have found it: what is sent to Payment has the token.
        Assert.Equal(["outbox"], await TablesWithAsync("tok_visa"));
    }

    private Task<HttpResponseMessage> OrderAsync(object order) => shop.SendAsync(
        HttpMethod.Post, "/orders", shop.Token(Guid.NewGuid()), JsonContent.Create(order), ("Idempotency-Key", $"{Guid.NewGuid()}"));

    private async Task<IReadOnlyList<string>> TablesWithAsync(string text)
    {
        var found = new List<string>();
        await using var names = shop.Database.CreateCommand("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'");
        await using var reader = await names.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var table = reader.GetString(0);
            await using var rows = shop.Database.CreateCommand(
                $"SELECT EXISTS (SELECT FROM \"{table}\" x WHERE x::text LIKE '%' || $1 || '%' OR x::text LIKE '%' || $2 || '%')");
            rows.Parameters.AddWithValue(text);
            rows.Parameters.AddWithValue(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)));
            if (await rows.ExecuteScalarAsync(TestContext.Current.CancellationToken) is true)
                found.Add(table);
        }
        return found;
    }
}
