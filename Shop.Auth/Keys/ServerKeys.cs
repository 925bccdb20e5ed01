using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Auth.Keys;

/// <summary>
/// The keys that tokens are signed and encrypted with: made once by the first replica to start, kept in the database, the newest
/// in use. Older ones still verify what they signed.
/// </summary>
internal sealed class ServerKeys(IServiceScopeFactory scopes, NpgsqlDataSource database, IDataProtectionProvider protection, TimeProvider clock)
    : StartupTask
{
    private readonly IDataProtector _protector = protection.CreateProtector("Shop.Auth.ServerKeys");

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ECDsaSecurityKey> Signing { get; private set; } = [];

    /// <summary>Newest first.</summary>
    public IReadOnlyList<SymmetricSecurityKey> Encryption { get; private set; } = [];

    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        // The turn also covers the first use of data protection, which makes a key of its own where there is none.
        await using var turn = await AdvisoryLock.TakeAsync(database, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();

        var keys = await db.ServerKeys.AsNoTracking().OrderByDescending(key => key.Id).ToListAsync(cancellationToken);
        foreach (var missing in Enum.GetValues<KeyPurpose>().Except(keys.Select(key => key.Purpose)).ToArray())
        {
            var made = Make(missing);
            keys.Add(made);
            db.ServerKeys.Add(made);
        }
        await db.SaveChangesAsync(cancellationToken);

        Signing = [.. keys.Where(key => key.Purpose is KeyPurpose.Signing).Select(SigningKey)];
        Encryption = [.. keys.Where(key => key.Purpose is KeyPurpose.Encryption).Select(EncryptionKey)];
    }

    private ServerKey Make(KeyPurpose purpose) => new()
    {
        Purpose = purpose,
        Protected = _protector.Protect(purpose is KeyPurpose.Signing ? MakeSigningKey() : RandomNumberGenerator.GetBytes(32)),
        CreatedAt = clock.GetUtcNow(),
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
        return new(key) { KeyId = stored.Id.ToString("N") };
    }

    private SymmetricSecurityKey EncryptionKey(ServerKey stored) => new(_protector.Unprotect(stored.Protected)) { KeyId = stored.Id.ToString("N") };
}

internal static class ServerKeysExtensions
{
    public static void AddServerKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddDataProtection().SetApplicationName("Shop.Auth").PersistKeysToDbContext<AuthDb>();
        builder.Services.AddSingleton<ServerKeys>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServerKeys>());
    }
}
