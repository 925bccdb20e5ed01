using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
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

    /// <summary>Requests a second that may go on coming from one address without a token; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? PerAddress { get; set; }

    /// <summary>How many seconds' worth may come at once.</summary>
    [Range(1, 3600)]
    public int BurstSeconds { get; set; } = 20;
}

/// <summary>
/// Keeps one caller from taking what is there for all: 429 with <c>Retry-After</c>. The limits are far above what people do; a shop that is
/// developed on one's own machine has none unless they are configured.
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
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, options) =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => Partition(http, options.Value));
            limiter.OnRejected = RejectAsync;
        });
    }

    private static RateLimitPartition<string> Partition(HttpContext http, RateLimitOptions options)
    {
        if (HealthEndpoints.Serves(http.Request.Path))
            return RateLimitPartition.GetNoLimiter("");
        var (key, rate) = http.User.FindFirst("sub")?.Value is { } user ? ("user " + user, options.PerUser) : (http.Connection.Caller(), options.PerAddress);
        return rate is { } perSecond
            ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
            {
                TokenLimit = perSecond * options.BurstSeconds,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            })
            : RateLimitPartition.GetNoLimiter("");
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
