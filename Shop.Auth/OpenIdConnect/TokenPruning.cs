using OpenIddict.Abstractions;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Administration;
using Shop.Auth.Audit;
using Shop.Auth.OpenIdConnect.Clients;
using Shop.Auth.OpenIdConnect.Consent;
using Shop.Auth.OpenIdConnect.Keys;
using Shop.Auth.OpenIdConnect.Protocol;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn;
using Shop.Auth.SigningIn.OwnAccount;
using Shop.Auth.SigningIn.Passkeys;
using Shop.Auth.SigningIn.TwoFactor;

namespace Shop.Auth.OpenIdConnect;

/// <summary>Deletes expired tokens and authorizations.</summary>
internal sealed class TokenPruning(IServiceScopeFactory scopes, TimeProvider clock, ILogger<TokenPruning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Counted from their creation. A redeemed refresh token that is presented again must still be known.</summary>
    private static readonly TimeSpan KeptFor = UserSessions.Lifetime + TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var before = clock.GetUtcNow() - KeptFor;
                var tokens = await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(before, stoppingToken);
                var authorizations = await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(before, stoppingToken);
                logger.LogInformation("Pruned {Tokens} tokens and {Authorizations} authorizations", tokens, authorizations);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(e, "Tokens could not be pruned");
            }
        }
    }
}
