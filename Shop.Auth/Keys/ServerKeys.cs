using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Keys;

/// <summary>
/// The keys that tokens are signed and encrypted with: made by whichever replica finds that one is due, kept in the database, and read
/// by all. Old signing keys still verify what they signed.
/// </summary>
internal sealed class ServerKeys(
    IServiceScopeFactory scopes, NpgsqlDataSource database, IDataProtectionProvider protection, KeySchedule schedule, TimeProvider clock, ILogger<ServerKeys> logger)
    : StartupTask
{
    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Auth.ServerKeys");
    private List<ServerKey> _signing = [];

    /// <summary>The one that signs first, then all others that are published.</summary>
    public IReadOnlyList<ECDsaSecurityKey> Signing { get; private set; } = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<SymmetricSecurityKey> Encryption { get; private set; } = [];

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        // The turn also covers the first use of data protection, which makes a key of its own where there is none.
        await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
        Use(await RotateAsync(cancellationToken));
    }

    /// <summary>Makes a key and removes others if it is time, and takes over what other replicas did. Whether anything is different now.</summary>
    public async Task<bool> CheckAsync(CancellationToken cancel)
    {
        if (schedule.IsDue(_signing[0].CreatedAt, clock.GetUtcNow()) || schedule.Ended(_signing, clock.GetUtcNow()).Any())
        {
            await using var turn = await AdvisoryLock.TakeAsync(database, cancel);
            return Use(await RotateAsync(cancel));
        }
        await using var scope = scopes.CreateAsyncScope();
        return Use(await ReadAsync(scope.ServiceProvider.GetRequiredService<AuthDb>(), cancel));
    }

    private async Task<List<ServerKey>> RotateAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        var (keys, now) = (await ReadAsync(db, cancel), clock.GetUtcNow());
        foreach (var purpose in Enum.GetValues<KeyPurpose>())
        {
            var newest = keys.Find(key => key.Purpose == purpose);
            if (newest is null || purpose is KeyPurpose.Signing && schedule.IsDue(newest.CreatedAt, now))
            {
                var made = Make(purpose, now);
                keys.Insert(0, made);
                db.ServerKeys.Add(made);
                logger.LogInformation("The key {Id} for {Purpose} is made", made.Id, purpose);
            }
        }
        await db.SaveChangesAsync(cancel);

        var ended = schedule.Ended(Signers(keys), now).ToList();
        if (ended.Count > 0)
        {
            await db.ServerKeys.Where(key => ended.Select(e => e.Id).Contains(key.Id)).ExecuteDeleteAsync(cancel);
            logger.LogInformation("The signing keys {Ids} have ended", ended.Select(key => key.Id));
        }
        return [.. keys.Except(ended)];
    }

    private static Task<List<ServerKey>> ReadAsync(AuthDb db, CancellationToken cancel) =>
        db.ServerKeys.AsNoTracking().OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id).ToListAsync(cancel);

    private bool Use(List<ServerKey> keys)
    {
        _signing = Signers(keys);
        var first = schedule.InUse(_signing, clock.GetUtcNow());
        var order = _signing.Where(key => key != first).Prepend(first).ToList();
        if (Signing.Select(key => key.KeyId).SequenceEqual(order.Select(Name)))
        {
            return false;
        }
        var known = Signing.ToDictionary(key => key.KeyId);
        Signing = [.. order.Select(key => known.GetValueOrDefault(Name(key)) ?? SigningKey(key))];
        Encryption = [.. keys.Where(key => key.Purpose is KeyPurpose.Encryption).Select(EncryptionKey)];
        return true;
    }

    private ServerKey Make(KeyPurpose purpose, DateTimeOffset now) => new()
    {
        Purpose = purpose,
        Protected = _protector.Protect(purpose is KeyPurpose.Signing ? MakeSigningKey() : RandomNumberGenerator.GetBytes(32)),
        CreatedAt = now,
    };

    private static byte[] MakeSigningKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    private ECDsaSecurityKey SigningKey(ServerKey stored)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(_protector.Unprotect(stored.Protected), out _);
        return new(key) { KeyId = Name(stored) };
    }

    private SymmetricSecurityKey EncryptionKey(ServerKey stored) => new(_protector.Unprotect(stored.Protected)) { KeyId = Name(stored) };

    private static List<ServerKey> Signers(List<ServerKey> keys) => [.. keys.Where(key => key.Purpose is KeyPurpose.Signing)];

    private static string Name(ServerKey key) => key.Id.ToString("N");
}
