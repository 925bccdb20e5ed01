using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Messaging.Consuming;
using Shop.Messaging.Contracts;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Errors;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>The gateway as the service makes it, on the service defaults, against the double. No test's log may tell a secret.</summary>
public abstract class StripeTest : IAsyncLifetime
{
    private IHost _host = null!;

    private protected StripeDouble Stripe { get; private set; } = null!;

    private protected IPaymentGateway Gateway { get; set; } = null!;

    private protected CapturedLogs Logs { get; } = new();

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Stripe = await StripeDouble.StartAsync(Cancel);
        Gateway = NewGateway(StripeDouble.ApiKey);
    }

    public virtual async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await Stripe.DisposeAsync();
        Assert.DoesNotContain(StripeDouble.ApiKey, Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(StripeJson.CardFingerprint, Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pm_", Logs.Text, StringComparison.Ordinal);
        GC.SuppressFinalize(this);
    }

    private protected IPaymentGateway NewGateway(string apiKey, string? address = null, string? storefront = null)
    {
        _host?.Dispose();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Payment:Gateway"] = "stripe",
            ["Payment:Stripe:ApiKey"] = apiKey,
            ["Payment:Stripe:WebhookSecret"] = "whsec_test",
            ["Payment:Stripe:ApiBase"] = address ?? Stripe.Address,
            ["Payment:Storefront"] = storefront,
        });
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders().AddProvider(Logs).AddFilter((_, _) => true).SetMinimumLevel(LogLevel.Trace);
        builder.AddPaymentGateway();
        _host = builder.Build();
        return _host.Services.GetRequiredService<IPaymentGateway>();
    }

    private protected static ChargeRequest Order(string token = "pm_card_visa", decimal amount = 12.50m, string currency = "EUR", Guid? id = null) =>
        new(id ?? Guid.CreateVersion7(), new Money(amount, currency), token);

    private protected Task<ChargeAnswer> ChargeAsync(ChargeRequest order) => Gateway.ChargeAsync(order, Cancel);

    private protected Task<ChargeAnswer> VoidAsync(ChargeRequest order) => Gateway.VoidAsync(order, Cancel);

    private protected async Task<string> DeclinedAsync(ChargeRequest order) => Assert.IsType<Declined>(await ChargeAsync(order)).Reason;

    private protected static async Task<UnavailableException> UnknownAsync(Func<Task> ask)
    {
        var exception = await Assert.ThrowsAsync<UnavailableException>(ask);
        // Whoever catches it may log it.
        Assert.DoesNotContain("pm_", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(StripeDouble.ApiKey, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(StripeJson.CardFingerprint, exception.ToString(), StringComparison.Ordinal);
        return exception;
    }
}
