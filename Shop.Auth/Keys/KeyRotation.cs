using OpenIddict.Server;
using OpenIddict.Validation;

namespace Shop.Auth.Keys;

/// <summary>Looks after the keys while the service runs, so that none of it ever has to be started again for them.</summary>
internal sealed class KeyRotation(
    ServerKeys keys,
    KeySchedule schedule,
    OptionsRenewal<OpenIddictServerOptions> server,
    OptionsRenewal<OpenIddictValidationOptions> validation,
    TimeProvider clock,
    ILogger<KeyRotation> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(schedule.CheckEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await keys.CheckAsync(stoppingToken))
                {
                    // In this order: the second takes its keys from the first.
                    server.Renew();
                    validation.Renew();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The keys there are stay good; the next look tries again.
                logger.LogWarning(e, "The keys could not be looked after");
            }
        }
    }
}
