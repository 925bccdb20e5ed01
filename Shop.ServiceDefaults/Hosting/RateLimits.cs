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

    /// <summary>Requests a second that a signed-in user, from wherever, may go on sending; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? PerUser { get; set; }

    /// <summary>Requests a second that may go on coming from one address, with whatever tokens or none; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? PerAddress { get; set; }

    /// <summary>How many seconds' worth may come at once.</summary>
    [Range(1, 3600)]
    public int BurstSeconds { get; set; } = 20;
}

/// <summary>
/// Keeps one caller from taking what is there for all: 429 with <c>Retry-After</c>. An address is counted before anything looks at its requests,
/// so that bad tokens and secrets count as well, and many accounts behind one address have no more than it; then each user is. The limits are far
/// above what people do; a shop that is developed on one's own machine has none unless they are configured.
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

    /// <summary>Limits each address. To stand before authentication, which already answers some requests and looks others up in the database.</summary>
    public static void UseAddressLimit(this WebApplication app) => app.UseLimit(options => options.PerAddress, http => http.Connection.Caller());

    /// <summary>Limits each signed-in user, from wherever. To stand behind authentication, which says who it is.</summary>
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
