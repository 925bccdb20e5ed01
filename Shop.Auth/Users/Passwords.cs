using Microsoft.AspNetCore.Identity;

namespace Shop.Auth.Users;

/// <summary>
/// Hashes and checks passwords, a few at a time: each takes a core for a tenth of a second, and however many people sign in at once,
/// other requests must still get their share.
/// </summary>
internal sealed class Passwords(IPasswordHasher<User> hasher) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);

    /// <summary>Checked where there is no user, so that a stranger cannot tell by the time whether an account exists.</summary>
    private readonly Lazy<string> _nobody = new(() => hasher.HashPassword(new(), Guid.NewGuid().ToString()));

    /// <summary>Does work that hashes a password, with the hasher, when it is its turn.</summary>
    public async Task<T> InTurnAsync<T>(Func<IPasswordHasher<User>, Task<T>> work, CancellationToken cancel)
    {
        await _slots.WaitAsync(cancel);
        try
        {
            return await work(hasher);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>The hash to store.</summary>
    public Task<string> HashAsync(User user, string password, CancellationToken cancel) =>
        InTurnAsync(turn => Task.FromResult(turn.HashPassword(user, password)), cancel);

    /// <summary>Whether the password is the user's; without a user it never is, and takes as long.</summary>
    public async Task<PasswordVerificationResult> VerifyAsync(User? user, string password, CancellationToken cancel)
    {
        var result = await InTurnAsync(
            turn => Task.FromResult(turn.VerifyHashedPassword(user ?? new(), user?.PasswordHash ?? _nobody.Value, password)), cancel);
        return user?.PasswordHash is null ? PasswordVerificationResult.Failed : result;
    }

    public void Dispose() => _slots.Dispose();
}
