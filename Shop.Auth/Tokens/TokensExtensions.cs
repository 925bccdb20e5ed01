using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Validation.AspNetCore;
using Shop.Auth.Keys;
using Shop.ServiceDefaults.Access;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Shop.Auth.Tokens;

internal static class TokensExtensions
{
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(10);

    public static void AddTokens(this WebApplicationBuilder builder)
    {
        var issuer = Issuer.Address(builder);
        var development = builder.Environment.IsDevelopment();
        var openIddict = builder.Services.AddOpenIddict();
        openIddict.AddCore(core => core.UseEntityFrameworkCore().UseDbContext<AuthDb>().ReplaceDefaultEntities<Guid>());
        openIddict.AddServer(server =>
        {
            server.SetIssuer(issuer);
            server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetRevocationEndpointUris("connect/revoke");
            server.SetUserInfoEndpointUris("connect/userinfo").SetEndSessionEndpointUris("connect/logout");
            server.Configure(options => options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowRefreshTokenFlow().AllowClientCredentialsFlow();
            if (development)
            {
                server.AllowPasswordFlow();
            }
            server.RegisterScopes(Scopes.Email, Scopes.Profile, Scopes.Roles, Scopes.OfflineAccess);
            server.RegisterClaims(Claims.AuthenticationTime, Claims.Email, Claims.EmailVerified, Claims.Name, Claims.Role);

            server.SetAccessTokenLifetime(AccessTokenLifetime).DisableAccessTokenEncryption();
            // Refresh tokens are random handles, of which the database keeps a hash. One used twice revokes its family at once.
            server.SetRefreshTokenLifetime(SessionTokens.Lifetime).DisableSlidingRefreshTokenExpiration();
            server.UseReferenceRefreshTokens().SetRefreshTokenReuseLeeway(TimeSpan.Zero);

            var http = server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough()
                .EnableUserInfoEndpointPassthrough().EnableEndSessionEndpointPassthrough();
            if (development)
            {
                http.DisableTransportSecurityRequirement();
            }
        });
        openIddict.AddValidation(validation =>
        {
            validation.UseLocalServer();
            validation.AddAudiences(Issuer.Audience);
            // In the header only, as at the other services: addresses end up in logs and histories, and forms can be sent from other sites.
            validation.UseAspNetCore().DisableAccessTokenExtractionFromQueryString().DisableAccessTokenExtractionFromBodyForm();
        });
        builder.Services.AddOptions<OpenIddictServerOptions>().Configure<ServerKeys>(UseKeys).PostConfigure(OnlyWhatIsUsed);
        builder.Services.AddAuthentication(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        builder.Services.AddShopAuthorization();
        builder.Services.AddScoped<SignIn>();
        builder.Services.AddScoped<SessionTokens>();
        builder.Services.AddScoped<AuthorizeEndpoint>();
        builder.Services.AddSingleton<RequestProofs>();
        builder.Services.AddHostedService<Clients>();
        builder.Services.AddHostedService<TokenPruning>();
    }

    /// <summary>Clients have a secret or none; keys and certificates of clients are not looked at, and discovery should not promise it.</summary>
    private static void OnlyWhatIsUsed(OpenIddictServerOptions options)
    {
        options.ClientAuthenticationMethods.Clear();
        options.ClientAuthenticationMethods.UnionWith(
            [ClientAuthenticationMethods.None, ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.ClientSecretPost]);
    }

    /// <summary>The first of each signs and encrypts. Done anew whenever the keys change.</summary>
    private static void UseKeys(OpenIddictServerOptions options, ServerKeys keys)
    {
        options.SigningCredentials.AddRange(keys.Signing.Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256)));
        options.EncryptionCredentials.AddRange(keys.Encryption.Select(key =>
            new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
    }
}
