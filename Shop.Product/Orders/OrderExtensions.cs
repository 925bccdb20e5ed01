namespace Shop.Product.Orders;

/// <summary>What takes, moves and watches orders.</summary>
public static class OrderExtensions
{
    /// <summary>Adds it, with the settings under <c>Orders</c>.</summary>
    public static IHostApplicationBuilder AddOrders(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<OrderOptions>().BindConfiguration("Orders").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<OrderPlacement>();
        builder.Services.AddSingleton<OrderCancellation>();
        builder.Services.AddHostedService<OrderExpiry>();
        builder.Services.AddSingleton<OrderChanges>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderChanges>());
        return builder;
    }
}
