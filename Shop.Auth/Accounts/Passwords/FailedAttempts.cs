using Microsoft.Extensions.Caching.Memory;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>Which account a password or code was given for, and from where.</summary>
/// <param name="Account">The normalized e-mail address that was given, whether or not it has an account.</param>
/// <param name="Address">The caller's network address; an IPv6 subscriber's addresses count as one.</param>
internal readonly record struct AttemptOrigin(string Account, string Address)
{
    /// <summary>The origin of a request. All account names that are too long to exist count as one, so that they take no memory.</summary>
    public static AttemptOrigin Of(string account, HttpContext http) =>
        new(account.Length <= EmailAddress.MaxLength ? account : "", http.Connection.Caller());
}

/// <summary>
/// Throttles guessing. Counts failed attempts per minute: for an account from one address, for an address, and for an account from anywhere. Whoever reaches a
/// limit waits for the rest of that minute. Successful attempts are never counted, because many people may share an address. The last two limits do not apply where
/// the account's owner has signed in before (<see cref="FamiliarAddresses"/>), so strangers cannot lock the owner out. Each replica keeps its own counts.
/// </summary>
internal sealed class FailedAttempts(TimeProvider clock) : IDisposable
{
    private const int MaxForAccountFromAddress = 10;
    private const int MaxForAccount = 100;
    private const int MaxForAddress = 300;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>How long an address stays familiar.</summary>
    public static readonly TimeSpan Familiar = TimeSpan.FromDays(30);

    // Each entry costs a failed attempt, which takes a tenth of a second, and expires within minutes: the size limit is never reached.
    private readonly MemoryCache _counts = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private readonly MemoryCache _familiar = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <exception cref="ProblemException">429: no attempt is allowed now.</exception>
    public void ThrowIfBlocked(AttemptOrigin origin)
    {
        var wait = Wait(origin, MaxForAccountFromAddress);
        if (!_familiar.TryGetValue(origin, out _))
            wait = Longest(wait, WaitOfUnfamiliar(origin));
        if (wait > TimeSpan.Zero)
        {
            throw new ProblemException(Problems.Of(
                StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "Too many wrong passwords or codes have come. Try again later."))
            {
                RetryAfter = wait,
            };
        }
    }

    /// <summary>Whether only familiar addresses may try now, and this one is not known to be one.</summary>
    public bool IsBlockedUnlessFamiliar(AttemptOrigin origin) => !_familiar.TryGetValue(origin, out _) && WaitOfUnfamiliar(origin) > TimeSpan.Zero;

    /// <summary>The account's owner has signed in from there.</summary>
    public void MarkFamiliar(AttemptOrigin origin) => _familiar.Set(origin, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Familiar });

    /// <summary>Records the result of an attempt.</summary>
    public void Record(AttemptOrigin origin, bool succeeded)
    {
        if (succeeded)
        {
            MarkFamiliar(origin);
            _counts.Remove(origin);
            return;
        }
        Add(origin);
        Add(("account", origin.Account));
        Add(("address", origin.Address));
    }

    public void Dispose()
    {
        _counts.Dispose();
        _familiar.Dispose();
    }

    private TimeSpan WaitOfUnfamiliar(AttemptOrigin origin) =>
        Longest(Wait(("account", origin.Account), MaxForAccount), Wait(("address", origin.Address), MaxForAddress));

    private TimeSpan Wait(object key, int most) =>
        _counts.TryGetValue(key, out Count? count) && Volatile.Read(ref count!.Failed) >= most
            ? Longest(count.Since + Window - clock.GetUtcNow(), TimeSpan.Zero)
            : TimeSpan.Zero;

    private void Add(object key)
    {
        var count = _counts.Get<Count>(key);
        if (count is null || clock.GetUtcNow() - count.Since >= Window)
        {
            count = new(clock.GetUtcNow());
            _counts.Set(key, count, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Window * 2 });
        }
        Interlocked.Increment(ref count.Failed);
    }

    private static TimeSpan Longest(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed class Count(DateTimeOffset since)
    {
        public int Failed;

        public DateTimeOffset Since => since;
    }
}
