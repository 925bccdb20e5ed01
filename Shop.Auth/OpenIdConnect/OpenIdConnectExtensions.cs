using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Validation.AspNetCore;
using Shop.Auth.OpenIdConnect.Clients;
using Shop.Auth.OpenIdConnect.Consent;
using Shop.Auth.OpenIdConnect.Keys;
using Shop.Auth.OpenIdConnect.Protocol;
using Shop.Auth.Sessions;
using Shop.ServiceDefaults.Access;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Shop.Auth.OpenIdConnect;

internal static class OpenIdConnectExtensions
{
    /// <summary>Adds the token server: keys, endpoints, clients and consent.</summary>
    public static void AddOpenIdConnect(this WebApplicationBuilder builder)
    {
        builder.AddServerKeys();
        var openIddict = builder.Services.AddOpenIddict();
        openIddict.AddCore(core => core.UseEntityFrameworkCore().UseDbContext<AuthDb>().ReplaceDefaultEntities<Guid>());
        openIddict.AddServer(server => Configure(server, Issuer.Address(builder), builder.Environment.IsDevelopment()));
        openIddict.AddValidation(validation =>
        {
            validation.UseLocalServer();
            validation.AddAudiences(Issuer.Audience);
            // In the Authorization header only, like the other services: URLs end up in logs and histories, and forms can be sent from other sites.
            validation.UseAspNetCore().DisableAccessTokenExtractionFromQueryString().DisableAccessTokenExtractionFromBodyForm();
        });
        builder.Services.AddOptions<OpenIddictServerOptions>().Configure<ServerKeys>(UseKeys).PostConfigure(LimitClientAuthentication);
        builder.Services.AddAuthentication(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        builder.Services.AddShopAuthorization();
        builder.Services.AddScoped<TokenContent>();
        builder.Services.AddScoped<TokenReuseGuard>();
        builder.Services.AddScoped<AuthorizeEndpoint>();
        builder.Services.AddSingleton<RequestProofs>();
        builder.Services.AddScoped<RegisteredClients>();
        builder.Services.AddScoped<Consents>();
        builder.Services.AddScoped<ConsentPages>();
        builder.Services.AddHostedService<ConfiguredClients>();
        builder.Services.AddHostedService<TokenPruning>();
    }

    public static void MapOpenIdConnect(this IEndpointRouteBuilder app)
    {
        app.MapToken();
        app.MapUserInfoAndLogout();
        app.MapClients();
        ConsentPages.MapConsent(app);
    }

    private static void Configure(OpenIddictServerBuilder server, Uri issuer, bool development)
    {
        server.SetIssuer(issuer);
        server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetRevocationEndpointUris("connect/revoke");
        server.SetUserInfoEndpointUris("connect/userinfo").SetEndSessionEndpointUris("connect/logout");
        server.Configure(options => options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
        server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowRefreshTokenFlow().AllowClientCredentialsFlow();
        if (development)
            server.AllowPasswordFlow();
        server.Configure(options => options.PromptValues.Add(AuthorizeEndpoint.Create));
        server.RegisterScopes(Scopes.Email, Scopes.Profile, Scopes.Roles, Scopes.OfflineAccess);
        server.RegisterClaims(Claims.AuthenticationTime, Claims.Email, Claims.EmailVerified, Claims.Name, Claims.Role);

        server.SetAccessTokenLifetime(UserSessions.AccessTokenLifetime).DisableAccessTokenEncryption();
        // Refresh tokens are random; the database stores a hash. Using one twice revokes its family at once.
        server.SetRefreshTokenLifetime(UserSessions.Lifetime).DisableSlidingRefreshTokenExpiration();
        server.UseReferenceRefreshTokens().SetRefreshTokenReuseLeeway(TimeSpan.Zero);

        var http = server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough()
            // What is wrong with a request that no client can be told of, people see on a page.
            .EnableStatusCodePagesIntegration()
            .EnableUserInfoEndpointPassthrough().EnableEndSessionEndpointPassthrough();
        if (development)
            http.DisableTransportSecurityRequirement();

        // What OAuth 2 and OpenID Connect require and OpenIddict leaves open or does differently.
        server.AddEventHandler(SessionStart.Descriptor)
            .AddEventHandler(SessionRevocation.Descriptor)
            .AddEventHandler(TokenReuse.Descriptor)
            .AddEventHandler(SingleParameters.Descriptor)
            .AddEventHandler(AuthorizationParameters.Descriptor)
            .AddEventHandler(ErrorToClient.Descriptor)
            .AddEventHandler(FormPostHeaders.Descriptor)
            .AddEventHandler(UserInfoRequest.Descriptor)
            .AddEventHandler(UserInfoRequest.TokenDescriptor)
            .AddEventHandler(PublicDocuments<ApplyConfigurationResponseContext>.Descriptor)
            .AddEventHandler(PublicDocuments<ApplyJsonWebKeySetResponseContext>.Descriptor);
    }

    /// <summary>Clients authenticate with a secret or not at all. Discovery should not advertise keys and certificates.</summary>
    private static void LimitClientAuthentication(OpenIddictServerOptions options)
    {
        options.ClientAuthenticationMethods.Clear();
        options.ClientAuthenticationMethods.UnionWith(
            [ClientAuthenticationMethods.None, ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.ClientSecretPost]);
    }

    /// <summary>The first key of each kind signs and encrypts. Runs again whenever the keys change.</summary>
    private static void UseKeys(OpenIddictServerOptions options, ServerKeys keys)
    {
        options.SigningCredentials.AddRange(keys.Signing.Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256)));
        options.EncryptionCredentials.AddRange(keys.Encryption.Select(key =>
            new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
    }
}
