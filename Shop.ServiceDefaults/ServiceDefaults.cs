using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.ServiceDefaults.Documents;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Health;
using Shop.ServiceDefaults.Hosting;
using Shop.ServiceDefaults.Telemetry;

namespace Shop.ServiceDefaults;

/// <summary>What every service does the same way.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Adds telemetry, health checks, service discovery with resilient HTTP clients, request limits, JSON conventions,
    /// problem details and the API document. Call it first in Program.cs.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        ProcessName.Set(builder.Environment.ApplicationName);
        Cultures.UseInvariant();
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddSelfCheck();
        builder.Services.AddServiceDiscovery();
        builder.Services.AddResilientHttpClients();
        builder.Services.AddRequestLimits();
        builder.AddRateLimits();
        builder.Services.AddJsonConventions();
        builder.Services.AddProblems();
        builder.Services.AddApiDocument();
        return builder;
    }

    /// <summary>
    /// Adds the middleware that every service has, in the one order that works, and maps <c>/health</c>, <c>/alive</c>,
    /// <c>/openapi/v1.json</c> and, in Development, <c>/scalar</c>. Call it before mapping features.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.WarnWithoutIcu();
        app.UseKnownProxies();
        app.UseHeadAsGet();
        app.UseRouting();
        app.UseSafeHeaders();
        app.UseProblems();
        app.UseAddressLimit();
        app.UseRequestRules();
        app.UseQueryRules();
        if (app.Services.GetService<IOutputCacheStore>() is not null)
            app.UseOutputCache();
        app.UseReadableBodies();
        app.UseRequestTimeouts();
        if (app.Services.GetService<IAuthenticationSchemeProvider>() is not null)
            app.UseAuthentication();
        app.UseUserLimit();
        if (app.Services.GetService<IAuthorizationService>() is not null)
            app.UseAuthorization();

        app.MapHealth();
        app.MapApiDocument();
        return app;
    }
}
