using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Health;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>How many requests one caller may send to one replica.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Requests a second that a signed-in user may send on average, from all addresses together; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? PerUser { get; set; }

    /// <summary>Requests a second that one address may send on average, with any tokens or none; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? PerAddress { get; set; }

    /// <summary>How many seconds' worth may come at once.</summary>
    [Range(1, 3600)]
    public int BurstSeconds { get; set; } = 20;
}

/// <summary>
/// Answers 429 with <c>Retry-After</c> to a caller that sends too many requests. Addresses are counted before anything else handles a request, so that requests
/// with bad tokens count, too, and many accounts behind one address share its limit. Then users are counted. The limits are far above what people do; in
/// Development there are none unless configured.
/// </summary>
internal static class RateLimits
{
    private const int UsersRate = 50;
    private const int AddressesRate = 200;

    public static void AddRateLimits(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>()
            .Configure(options =>
            {
                if (!builder.Environment.IsDevelopment())
                    (options.PerUser, options.PerAddress) = (UsersRate, AddressesRate);
            })
            .BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRateLimiter(_ => { });
    }

    /// <summary>Limits each address. Use it before authentication, which answers some requests and queries the database for others.</summary>
    public static void UseAddressLimit(this WebApplication app) => app.UseLimit(options => options.PerAddress, http => http.Connection.Caller());

    /// <summary>Limits each signed-in user. Use it after authentication.</summary>
    public static void UseUserLimit(this WebApplication app) => app.UseLimit(options => options.PerUser, http => http.User.FindFirst("sub")?.Value);

    private static void UseLimit(this WebApplication app, Func<RateLimitOptions, int?> rate, Func<HttpContext, string?> caller)
    {
        var options = app.Services.GetRequiredService<IOptions<RateLimitOptions>>().Value;
        if (rate(options) is not { } perSecond)
            return;
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * options.BurstSeconds,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        };
        app.UseRateLimiter(new RateLimiterOptions
        {
            // The empty key stands for callers without an address, so it cannot also stand for what is not limited.
            GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, (bool Limited, string Caller)>(http =>
                !HealthEndpoints.Serves(http.Request.Path) && caller(http) is { } key
                    ? RateLimitPartition.GetTokenBucketLimiter((true, key), _ => bucket)
                    : RateLimitPartition.GetNoLimiter((false, ""))),
            OnRejected = RejectAsync,
        });
    }

    private static async ValueTask RejectAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var http = rejected.HttpContext;
        rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.Headers.RetryAfter = RetryAfter.Seconds(wait);
        await http.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new() { HttpContext = http, ProblemDetails = Problems.ForStatus(StatusCodes.Status429TooManyRequests) });
    }
}
