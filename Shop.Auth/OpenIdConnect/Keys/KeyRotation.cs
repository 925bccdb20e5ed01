using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OpenIddict.Server;
using OpenIddict.Validation;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.OpenIdConnect.Keys;

/// <summary>Rotates keys while the service runs, and picks up keys that other replicas made, without a restart.</summary>
internal sealed class KeyRotation(
    ServerKeys keys,
    KeySchedule schedule,
    OptionsRenewal<OpenIddictServerOptions> server,
    OptionsRenewal<OpenIddictValidationOptions> validation,
    TimeProvider clock,
    ILogger<KeyRotation> logger) : RepeatingService("Checking the keys", logger, clock, firstPause: schedule.CheckEvery)
{
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        if (await keys.CheckAsync(stoppingToken))
        {
            // The validation takes its keys from the server, so the order matters.
            server.Renew();
            validation.Renew();
        }
        return schedule.CheckEvery;
    }
}

/// <summary>Rebuilds options. OpenIddict reads the current options with each request, so this is all it needs to use other keys.</summary>
internal sealed class OptionsRenewal<TOptions> : IOptionsChangeTokenSource<TOptions>, IDisposable
{
    private CancellationTokenSource _change = new();

    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_change.Token);

    public void Renew()
    {
        using var change = Interlocked.Exchange(ref _change, new());
        change.Cancel();
    }

    public void Dispose() => _change.Dispose();
}

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
