using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Validation.AspNetCore;
using Shop.Auth.Keys;
using Shop.Auth.Users;
using Shop.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

internal static class TokensExtensions
{
    private static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(10);

    /// <summary>From the sign-in on, however often it is refreshed: an absolute end.</summary>
    private static readonly TimeSpan RefreshTokenLifetime = TimeSpan.FromDays(14);

    public static void AddTokens(this WebApplicationBuilder builder)
    {
        var issuer = Issuer.Address(builder);
        var development = builder.Environment.IsDevelopment();
        var openIddict = builder.Services.AddOpenIddict();
        openIddict.AddCore(core => core.UseEntityFrameworkCore().UseDbContext<AuthDb>().ReplaceDefaultEntities<Guid>());
        openIddict.AddServer(server =>
        {
            server.SetIssuer(issuer);
            server.SetTokenEndpointUris("connect/token").SetRevocationEndpointUris("connect/revoke");
            server.AllowRefreshTokenFlow();
            if (development)
            {
                server.AllowPasswordFlow();
            }
            server.RegisterScopes(Scopes.Email, Scopes.Profile, Scopes.Roles, Scopes.OfflineAccess);
            server.RegisterClaims(Claims.Email, Claims.Name, Claims.Role, Role.PermissionClaim);

            server.SetAccessTokenLifetime(AccessTokenLifetime).DisableAccessTokenEncryption();
            // Refresh tokens are random handles, of which the database keeps a hash. One used twice revokes its family at once.
            server.SetRefreshTokenLifetime(RefreshTokenLifetime).DisableSlidingRefreshTokenExpiration();
            server.UseReferenceRefreshTokens().SetRefreshTokenReuseLeeway(TimeSpan.Zero);

            var http = server.UseAspNetCore().EnableTokenEndpointPassthrough();
            if (development)
            {
                http.DisableTransportSecurityRequirement();
            }
        });
        openIddict.AddValidation(validation =>
        {
            validation.UseLocalServer();
            validation.AddAudiences(Issuer.Audience);
            validation.UseAspNetCore();
        });
        builder.Services.AddOptions<OpenIddictServerOptions>().Configure<ServerKeys>(UseKeys).PostConfigure(OnlyPublicClients);
        builder.Services.AddAuthentication(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        builder.Services.AddShopAuthorization();
        builder.Services.AddScoped<SignIn>();
        builder.Services.AddScoped<Sessions>();
        builder.Services.AddHostedService<Clients>();
        builder.Services.AddHostedService<TokenPruning>();
    }

    /// <summary>No client has a secret yet, and discovery should not promise that one could be used.</summary>
    private static void OnlyPublicClients(OpenIddictServerOptions options)
    {
        options.ClientAuthenticationMethods.Clear();
        options.ClientAuthenticationMethods.Add(ClientAuthenticationMethods.None);
    }

    private static void UseKeys(OpenIddictServerOptions options, ServerKeys keys)
    {
        options.SigningCredentials.AddRange(keys.Signing.Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256)));
        options.EncryptionCredentials.AddRange(keys.Encryption.Select(key =>
            new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
    }
}
