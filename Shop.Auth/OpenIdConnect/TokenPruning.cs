using OpenIddict.Abstractions;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.OpenIdConnect;

/// <summary>Deletes expired tokens and authorizations.</summary>
internal sealed class TokenPruning(IServiceScopeFactory scopes, TimeProvider clock, ILogger<TokenPruning> logger)
    : RepeatingService("Pruning tokens", logger, clock, firstPause: Interval)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Counted from their creation. A redeemed refresh token that is presented again must still be known.</summary>
    private static readonly TimeSpan KeptFor = UserSessions.Lifetime + TimeSpan.FromDays(1);

    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var before = Clock.GetUtcNow() - KeptFor;
        var tokens = await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(before, stoppingToken);
        var authorizations = await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(before, stoppingToken);
        logger.LogInformation("Pruned {Tokens} tokens and {Authorizations} authorizations", tokens, authorizations);
        return Interval;
    }
}
