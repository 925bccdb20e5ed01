using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using OpenIddict.Validation;

namespace Shop.Auth.Keys;

internal static class ServerKeysExtensions
{
    public static void AddServerKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddDataProtection().SetApplicationName("Shop.Auth").PersistKeysToDbContext<AuthDb>();
        builder.Services.AddSingleton(KeySchedule.From(builder.Configuration));
        builder.Services.AddSingleton<ServerKeys>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServerKeys>());
        builder.Services.AddRenewal<OpenIddictServerOptions>();
        builder.Services.AddRenewal<OpenIddictValidationOptions>();
        builder.Services.AddHostedService<KeyRotation>();
    }

    private static void AddRenewal<TOptions>(this IServiceCollection services)
    {
        services.AddSingleton<OptionsRenewal<TOptions>>();
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(provider => provider.GetRequiredService<OptionsRenewal<TOptions>>());
    }
}
