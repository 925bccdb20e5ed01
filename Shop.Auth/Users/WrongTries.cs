using Microsoft.Extensions.Caching.Memory;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>Which account a password was given for, and from where.</summary>
/// <param name="Account">The normalized e-mail address that was given, whether or not there is such an account.</param>
/// <param name="Address">Where it came from; all of an IPv6 subscriber's addresses are one.</param>
internal readonly record struct TryOrigin(string Account, string Address)
{
    /// <summary>Of a request. What is too long to be anybody's name is one account, so that it takes no room.</summary>
    public static TryOrigin Of(string account, HttpContext http) =>
        new(account.Length <= EmailAddress.MaxLength ? account : "", http.Connection.Caller());
}

/// <summary>
/// Counts wrong passwords, a minute at a time: for an account from one address, for an address, and for an account from anywhere. Whoever
/// reaches a limit waits for the rest of that minute. Right ones are never counted: many people may share an address. And an account that
/// strangers try can still be entered from where its owner last was. Where that is, is kept
/// (<see cref="FamiliarAddresses"/>); the counts are this process's own: with several replicas the limits are as many times higher.
/// </summary>
internal sealed class WrongTries(TimeProvider clock) : IDisposable
{
    private const int OfAccountFromAddress = 10;
    private const int OfAccount = 100;
    private const int OfAddress = 300;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    /// <summary>How long an address stays familiar.</summary>
    public static readonly TimeSpan Familiar = TimeSpan.FromDays(30);

    // Each entry takes a wrong try, which takes a tenth of a second, and goes after a minute: the bound is never reached.
    private readonly MemoryCache _counts = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private readonly MemoryCache _familiar = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <summary>Nothing, when a password may be tried.</summary>
    /// <exception cref="ProblemException">429: It may not, now.</exception>
    public void Expect(TryOrigin origin)
    {
        var wait = Wait(origin, OfAccountFromAddress);
        if (!_familiar.TryGetValue(origin, out _))
            wait = Longest(wait, WaitOfStrangers(origin));
        if (wait > TimeSpan.Zero)
            throw new ProblemException(Problems.Of(
                StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "Too many wrong passwords or codes have come. Try again later."))
            {
                RetryAfter = wait,
            };
    }

    /// <summary>Whether the password may be tried only from where the owner of the account is known to have been; and this is not known to be such a place.</summary>
    public bool StopsStrangers(TryOrigin origin) => !_familiar.TryGetValue(origin, out _) && WaitOfStrangers(origin) > TimeSpan.Zero;

    /// <summary>The owner of the account has been there.</summary>
    public void Remember(TryOrigin origin) => _familiar.Set(origin, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Familiar });

    /// <summary>Notes how a try ended.</summary>
    public void Note(TryOrigin origin, bool right)
    {
        if (right)
        {
            Remember(origin);
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

    private TimeSpan WaitOfStrangers(TryOrigin origin) =>
        Longest(Wait(("account", origin.Account), OfAccount), Wait(("address", origin.Address), OfAddress));

    private TimeSpan Wait(object what, int most) =>
        _counts.TryGetValue(what, out Count? count) && Volatile.Read(ref count!.Wrong) >= most
            ? Longest(count.Since + Window - clock.GetUtcNow(), TimeSpan.Zero)
            : TimeSpan.Zero;

    private void Add(object what)
    {
        var count = _counts.Get<Count>(what);
        if (count is null || clock.GetUtcNow() - count.Since >= Window)
        {
            count = new(clock.GetUtcNow());
            _counts.Set(what, count, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Window * 2 });
        }
        Interlocked.Increment(ref count.Wrong);
    }

    private static TimeSpan Longest(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed class Count(DateTimeOffset since)
    {
        public int Wrong;

        public DateTimeOffset Since => since;
    }
}
