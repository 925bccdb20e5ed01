using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>What somebody without an account may ask for.</summary>
internal enum StrangerWish
{
    /// <summary>An account. The answer says whether the address has one.</summary>
    Account,

    /// <summary>A mail to an address that may be anybody's.</summary>
    Mail,
}

/// <summary>From <c>Strangers</c>.</summary>
internal sealed class StrangerOptions
{
    /// <summary>How many accounts one address may ask for in a minute, by each replica; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? AccountsPerMinute { get; set; }

    /// <summary>How many mails one address may ask for in a minute, by each replica; null: any number.</summary>
    [Range(1, 1_000_000)]
    public int? MailsPerMinute { get; set; }
}

/// <summary>
/// Bounds how fast somebody finds out which addresses have accounts, and has mail sent. A shop that is developed on one's own machine has no limits unless they
/// are configured.
/// </summary>
internal sealed class StrangerLimits(IOptions<StrangerOptions> options) : IDisposable
{
    /// <summary>Outside Development. People who share an address seldom make accounts in the same minute.</summary>
    public const int Usual = 20;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Those who are quiet again are forgotten by themselves.
    private readonly PartitionedRateLimiter<(StrangerWish Wish, string From)> _limits = PartitionedRateLimiter.Create<(StrangerWish Wish, string From), (StrangerWish, string)>(
        asked => (asked.Wish is StrangerWish.Account ? options.Value.AccountsPerMinute : options.Value.MailsPerMinute) is { } most
            ? RateLimitPartition.GetFixedWindowLimiter(asked, _ => new() { PermitLimit = most, Window = Window })
            : RateLimitPartition.GetNoLimiter(asked));

    /// <summary>Nothing, when it may be asked for.</summary>
    /// <exception cref="ProblemException">429: not now.</exception>
    public void Expect(StrangerWish wish, HttpContext http)
    {
        using var lease = _limits.AttemptAcquire((wish, http.Connection.Caller()));
        if (!lease.IsAcquired)
        {
            throw TooMany(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window);
        }
    }

    public static ProblemException TooMany(TimeSpan wait) => new(Problems.Of(
        StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "Too many have come from there. Try again later."))
    {
        RetryAfter = wait,
    };

    public void Dispose() => _limits.Dispose();
}
