using Npgsql;
using OpenIddict.Abstractions;
using Shop.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

/// <summary>Registers the clients. <c>shop-cli</c>, which may send a user's password, exists in Development only.</summary>
internal sealed class Clients(IServiceScopeFactory scopes, NpgsqlDataSource database, IHostEnvironment environment) : StartupTask
{
    private const string CommandLine = "shop-cli";

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var clients = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var present = await clients.FindByClientIdAsync(CommandLine, cancellationToken);
        if (environment.IsDevelopment() && present is null)
        {
            await clients.CreateAsync(Describe(), cancellationToken);
        }
        else if (environment.IsDevelopment())
        {
            await clients.UpdateAsync(present!, Describe(), cancellationToken);
        }
        else if (present is not null)
        {
            await clients.DeleteAsync(present, cancellationToken);
        }
    }

    private static OpenIddictApplicationDescriptor Describe() => new()
    {
        ClientId = CommandLine,
        ClientType = ClientTypes.Public,
        DisplayName = "Command line",
        Permissions =
        {
            OpenIddictConstants.Permissions.Endpoints.Token,
            OpenIddictConstants.Permissions.Endpoints.Revocation,
            OpenIddictConstants.Permissions.GrantTypes.Password,
            OpenIddictConstants.Permissions.GrantTypes.RefreshToken,
            OpenIddictConstants.Permissions.Scopes.Email,
            OpenIddictConstants.Permissions.Scopes.Profile,
            OpenIddictConstants.Permissions.Scopes.Roles,
        },
    };
}
