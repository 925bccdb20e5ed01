using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts;

/// <summary>What a caller without an account can trigger.</summary>
internal enum AnonymousAction
{
    /// <summary>Registering. The answer tells whether the address has an account.</summary>
    Register,

    /// <summary>Mail to an address that may be anybody's.</summary>
    Mail,
}

/// <summary>From <c>Strangers</c>.</summary>
internal sealed class AnonymousLimitOptions
{
    /// <summary>Registrations per minute, network address and replica; null for no limit.</summary>
    [Range(1, 1_000_000)]
    public int? AccountsPerMinute { get; set; }

    /// <summary>Mails per minute, network address and replica; null for no limit.</summary>
    [Range(1, 1_000_000)]
    public int? MailsPerMinute { get; set; }
}

/// <summary>
/// Limits how fast a caller can find out which addresses have accounts, and how much mail they can trigger. In Development there are no limits unless configured.
/// </summary>
internal sealed class AnonymousLimits(IOptions<AnonymousLimitOptions> options) : IDisposable
{
    /// <summary>Outside Development. People who share an address seldom register in the same minute.</summary>
    public const int DefaultPerMinute = 20;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<(AnonymousAction Action, string From)> _limits = PartitionedRateLimiter.Create<(AnonymousAction Action, string From), (AnonymousAction, string)>(
        asked => (asked.Action is AnonymousAction.Register ? options.Value.AccountsPerMinute : options.Value.MailsPerMinute) is { } most
            ? RateLimitPartition.GetFixedWindowLimiter(asked, _ => new() { PermitLimit = most, Window = Window })
            : RateLimitPartition.GetNoLimiter(asked));

    /// <exception cref="ProblemException">429: the caller's limit is reached.</exception>
    public void ThrowIfExceeded(AnonymousAction action, HttpContext http)
    {
        using var lease = _limits.AttemptAcquire((action, http.Connection.Caller()));
        if (!lease.IsAcquired)
            throw TooMany(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window);
    }

    public static ProblemException TooMany(TimeSpan wait) => new(Problems.Of(
        StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "Too many have come from there. Try again later."))
    {
        RetryAfter = wait,
    };

    public void Dispose() => _limits.Dispose();
}
