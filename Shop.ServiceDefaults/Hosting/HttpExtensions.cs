using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Shop.ServiceDefaults.Text;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>How a service speaks HTTP: what it accepts, how long it takes at most, how it writes JSON, how it calls others.</summary>
internal static class HttpExtensions
{
    /// <summary>The largest request body in bytes, unless an endpoint says otherwise.</summary>
    private const int MaxBodySize = 1 << 20;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    // Within the 6 s after which Aspire's orchestrator kills what it has asked to stop.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Every client resolves service names and retries, but never a request that may have changed something.</summary>
    public static void AddResilientHttpClients(this IServiceCollection services) => services.ConfigureHttpClientDefaults(http =>
    {
        http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods());
        http.AddServiceDiscovery();
    });

    public static void AddRequestLimits(this IServiceCollection services)
    {
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            RequestRules.Limit(kestrel.Limits);
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTimeout);
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = RequestTimeout,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
    }

    public static void AddJsonConventions(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        var json = options.SerializerOptions;
        json.MaxDepth = 32;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.AllowDuplicateProperties = false;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.Converters.Add(new NulCharacterConverter());
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    });

    /// <summary>
    /// What browsers are told to refuse, should an answer of an API be opened in one. Set when the response starts, so that the headers also reach
    /// responses that an error handler began anew. What is for one person stays out of every cache, unless the endpoint says otherwise; a page has a
    /// policy of its own.
    /// </summary>
    public static void UseSafeHeaders(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            app.UseHsts();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                var context = (HttpContext)state;
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) is not true)
                {
                    headers.ContentSecurityPolicy = headers.ContentSecurityPolicy is [_, ..] own ? own : "default-src 'none'; frame-ancestors 'none'";
                    headers["Referrer-Policy"] = headers["Referrer-Policy"] is [_, ..] stated ? stated : "no-referrer";
                }
                if (context.Request.Headers.Authorization.Count > 0 && headers.CacheControl.Count == 0)
                    headers.CacheControl = "no-store";
                return Task.CompletedTask;
            }, context);
            return next(context);
        });
    }
}
