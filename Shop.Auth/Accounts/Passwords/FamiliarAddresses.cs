using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Shop.Auth.Accounts.Passwords;

/// <summary>A network address from which an account was signed in to, stored as a hash so that the table does not list where people are.</summary>
internal sealed class FamiliarAddress
{
    public required Guid UserId { get; init; }

    public required byte[] Origin { get; init; }

    public required DateTimeOffset SeenAt { get; init; }
}

/// <summary>
/// Remembers, across replicas and restarts, from where accounts are signed in to, so that strangers who guess passwords do not lock the owner out
/// (<see cref="FailedAttempts"/>).
/// </summary>
internal sealed class FamiliarAddresses(NpgsqlDataSource database, FailedAttempts attempts, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromDays(1);

    private readonly MemoryCache _written = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <summary>Looks up whether the address is familiar, if that makes a difference now, and tells <see cref="FailedAttempts"/>.</summary>
    /// <param name="user">Null when no account has the name; that takes as long.</param>
    /// <param name="origin">The account, and where the attempt comes from.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task RecallAsync(Guid? user, AttemptOrigin origin, CancellationToken cancellationToken)
    {
        if (!attempts.IsBlockedUnlessFamiliar(origin))
            return;
        await using var find = database.CreateCommand("SELECT 1 FROM familiar_addresses WHERE user_id = $1 AND origin = $2 AND seen_at > $3");
        find.Parameters.Add(new() { Value = user ?? Guid.Empty });
        find.Parameters.Add(new() { Value = Hash(user ?? Guid.Empty, origin) });
        find.Parameters.Add(new() { Value = clock.GetUtcNow() - FailedAttempts.Familiar });
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
            attempts.MarkFamiliar(origin);
    }

    /// <summary>Records a successful sign-in from an address, at most once a day.</summary>
    public async Task AddAsync(Guid user, AttemptOrigin origin, CancellationToken cancellationToken)
    {
        if (_written.TryGetValue((user, origin), out _))
            return;
        await using var write = database.CreateBatch();
        write.BatchCommands.Add(new("DELETE FROM familiar_addresses WHERE user_id = $1 AND seen_at < $2")
        {
            Parameters = { new() { Value = user }, new() { Value = clock.GetUtcNow() - FailedAttempts.Familiar } },
        });
        write.BatchCommands.Add(new("""
            INSERT INTO familiar_addresses (user_id, origin, seen_at) SELECT id, $2, $3 FROM users WHERE id = $1
            ON CONFLICT (user_id, origin) DO UPDATE SET seen_at = excluded.seen_at
            """)
        {
            Parameters = { new() { Value = user }, new() { Value = Hash(user, origin) }, new() { Value = clock.GetUtcNow() } },
        });
        await write.ExecuteNonQueryAsync(cancellationToken);
        _written.Set((user, origin), true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RenewEvery });
    }

    public void Dispose() => _written.Dispose();

    private static byte[] Hash(Guid user, AttemptOrigin origin) => SHA256.HashData(Encoding.UTF8.GetBytes($"{user:N} {origin.Account} {origin.Address}"));
}

internal static class FamiliarAddressModel
{
    public static void AddFamiliarAddresses(this ModelBuilder model) => model.Entity<FamiliarAddress>(familiar =>
    {
        familiar.ToTable("familiar_addresses");
        familiar.HasKey(f => new { f.UserId, f.Origin });
        familiar.HasOne<User>().WithMany().HasForeignKey(f => f.UserId).OnDelete(DeleteBehavior.Cascade);
    });
}
