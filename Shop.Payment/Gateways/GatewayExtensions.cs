using Shop.Payment.Gateways.Stripe;
using Shop.Ui;

namespace Shop.Payment.Gateways;

/// <summary>Chooses the payment gateway.</summary>
public static class GatewayExtensions
{
    /// <summary>
    /// Adds the gateway that <c>Payment:Gateway</c> names: <c>stripe</c>, or <c>simulated</c>, the default in Development only.
    /// </summary>
    /// <exception cref="InvalidOperationException">None is named outside Development, or one that is not known.</exception>
    public static IHostApplicationBuilder AddPaymentGateway(this IHostApplicationBuilder builder)
    {
        var gateway = builder.Configuration["Payment:Gateway"] ?? (builder.Environment.IsDevelopment() ? "simulated" : null);
        switch (gateway)
        {
            case "simulated":
                builder.Services.AddOptions<SimulatedGatewayOptions>().BindConfiguration("Payment:Simulated").ValidateDataAnnotations().ValidateOnStart();
                builder.Services.AddSingleton<SimulatedBank>();
                builder.Services.AddRazorComponents();
                builder.Services.AddLanguages();
                builder.Services.AddSingleton<IPaymentGateway, SimulatedGateway>();
                break;
            case "stripe":
                builder.Services.AddStripe();
                break;
            default:
                throw new InvalidOperationException($"Payment:Gateway must be simulated or stripe, but is '{gateway}'.");
        }
        return builder;
    }
}
