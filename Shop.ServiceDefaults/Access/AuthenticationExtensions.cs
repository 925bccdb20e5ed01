using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Access;

/// <summary>Bearer authentication against Auth.</summary>
public static class AuthenticationExtensions
{
    /// <summary>
    /// Validates access tokens by the discovery document of <c>Auth:Issuer</c> and denies by default. The document is read when the
    /// first token comes, so Auth may start later; keys may rotate without a restart. While it cannot be read, endpoints
    /// that need a caller answer 503: a token that could not be checked is neither good nor bad.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>Auth:Issuer</c> is missing, or not https outside Development.</exception>
    public static TBuilder AddShopAuthentication<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var issuer = Issuer.Address(builder);
        builder.Services.AddSingleton(services => new IssuerConfiguration(
            issuer, TimeProvider.System, services.GetRequiredService<ILogger<IssuerConfiguration>>()));
        builder.Services.AddSingleton<CachingTokenHandler>();
        builder.Services.AddSingleton<LiveAccess>(_ => new IssuerAccess(issuer));
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IssuerConfiguration, CachingTokenHandler>((bearer, configuration, tokens) =>
        {
            bearer.ConfigurationManager = configuration;
            tokens.MapInboundClaims = false;
            bearer.TokenHandlers.Clear();
            bearer.TokenHandlers.Add(tokens);
            bearer.Events = new() { OnMessageReceived = NeedKeys, OnChallenge = SayUnavailable };
            bearer.TokenValidationParameters = new()
            {
                ValidIssuers = [issuer.AbsoluteUri, issuer.AbsoluteUri.TrimEnd('/')],
                ValidAudience = Issuer.Audience,
                ValidTypes = ["at+jwt"],
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256],
                ClockSkew = TimeSpan.FromSeconds(30),
                NameClaimType = "name",
                RoleClaimType = "role",
            };
        });
        builder.Services.AddShopAuthorization();
        return builder;
    }

    /// <summary>Fails the authentication, not the request: public endpoints go on working while Auth is away.</summary>
    private static async Task NeedKeys(MessageReceivedContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0)
            return;
        try
        {
            await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
        }
        catch (UnavailableException away)
        {
            context.Fail(away);
        }
    }

    private static async Task SayUnavailable(JwtBearerChallengeContext context)
    {
        if (context.AuthenticateFailure is not UnavailableException)
            return;
        context.HandleResponse();
        await Problems.Of(StatusCodes.Status503ServiceUnavailable, "unavailable", "The service cannot do this right now",
            "The access token cannot be checked at the moment.").ExecuteAsync(context.HttpContext);
    }
}
