using OpenIddict.Abstractions;

namespace Shop.Auth.Tokens;

/// <summary>Removes tokens and authorizations that have ended, so that their tables do not grow for ever.</summary>
internal sealed class TokenPruning(IServiceScopeFactory scopes, TimeProvider clock, ILogger<TokenPruning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Kept for so long after they were made, because a used refresh token that comes again must still be known.</summary>
    private static readonly TimeSpan Kept = SessionTokens.Lifetime + TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var before = clock.GetUtcNow() - Kept;
                var tokens = await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(before, stoppingToken);
                var authorizations = await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(before, stoppingToken);
                logger.LogInformation("Pruned {Tokens} tokens and {Authorizations} authorizations", tokens, authorizations);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The next hour tries again; nothing waits for it.
                logger.LogWarning(e, "Tokens could not be pruned");
            }
        }
    }
}
