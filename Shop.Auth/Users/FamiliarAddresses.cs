using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Shop.Auth.Users;

/// <summary>From where somebody has got into an account, as a hash: the table is no list of where people are.</summary>
internal sealed class FamiliarAddress
{
    public required Guid UserId { get; init; }

    public required byte[] Origin { get; init; }

    public required DateTimeOffset SeenAt { get; init; }
}

/// <summary>
/// Keeps from where the owners of accounts come, for all replicas and over restarts: where strangers try an account, they get in still
/// (<see cref="WrongTries"/>).
/// </summary>
internal sealed class FamiliarAddresses(NpgsqlDataSource database, WrongTries tries, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(1);

    private readonly MemoryCache _written = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    /// <summary>Lets <see cref="WrongTries"/> know whether the address is familiar, if that makes a difference now.</summary>
    /// <param name="user">Whose account it is; null: nobody's, which takes as long.</param>
    /// <param name="origin">Which account is tried, and from where.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task RecallAsync(Guid? user, TryOrigin origin, CancellationToken cancel)
    {
        if (!tries.StopsStrangers(origin))
        {
            return;
        }
        await using var find = database.CreateCommand("SELECT 1 FROM familiar_addresses WHERE user_id = $1 AND origin = $2 AND seen_at > $3");
        find.Parameters.Add(new() { Value = user ?? Guid.Empty });
        find.Parameters.Add(new() { Value = Hash(user ?? Guid.Empty, origin) });
        find.Parameters.Add(new() { Value = clock.GetUtcNow() - WrongTries.Familiar });
        if (await find.ExecuteScalarAsync(cancel) is not null)
        {
            tries.Remember(origin);
        }
    }

    /// <summary>Somebody got into the account from there.</summary>
    public async Task NoteAsync(Guid user, TryOrigin origin, CancellationToken cancel)
    {
        if (_written.TryGetValue((user, origin), out _))
        {
            return;
        }
        await using var write = database.CreateBatch();
        write.BatchCommands.Add(new("DELETE FROM familiar_addresses WHERE user_id = $1 AND seen_at < $2")
        {
            Parameters = { new() { Value = user }, new() { Value = clock.GetUtcNow() - WrongTries.Familiar } },
        });
        write.BatchCommands.Add(new("""
            INSERT INTO familiar_addresses (user_id, origin, seen_at) SELECT id, $2, $3 FROM users WHERE id = $1
            ON CONFLICT (user_id, origin) DO UPDATE SET seen_at = excluded.seen_at
            """)
        {
            Parameters = { new() { Value = user }, new() { Value = Hash(user, origin) }, new() { Value = clock.GetUtcNow() } },
        });
        await write.ExecuteNonQueryAsync(cancel);
        _written.Set((user, origin), true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Renewal });
    }

    public void Dispose() => _written.Dispose();

    private static byte[] Hash(Guid user, TryOrigin origin) => SHA256.HashData(Encoding.UTF8.GetBytes($"{user:N} {origin.Account} {origin.Address}"));
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
