using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.Accounts;

internal enum LinkPurpose
{
    /// <summary>Sets a new password in place of a forgotten one.</summary>
    Reset,

    /// <summary>Confirms an address, the current one or a new one.</summary>
    Confirm,
}

internal enum LinkOutcome
{
    Done,

    /// <summary>The link does not exist, was used, or has expired.</summary>
    Invalid,

    BadPassword,

    /// <summary>Another account has the address by now.</summary>
    Taken,
}

/// <summary>A mailed link. Only a hash of its token is stored, so reading the table does not help to use one.</summary>
internal sealed class MailedLink
{
    /// <summary>SHA-256. The token has 256 random bits, so it needs neither salt nor a slow hash.</summary>
    public required byte[] TokenHash { get; init; }

    public required Guid UserId { get; init; }

    public required LinkPurpose Purpose { get; init; }

    /// <summary>The address that it was mailed to.</summary>
    public required string Email { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Issues and redeems the tokens of mailed links. Each is valid for half an hour and once.</summary>
internal sealed class MailedLinks(AuthDb db, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Per account and hour, so that a stranger who knows the address cannot flood its mailbox.</summary>
    private const int MostInAnHour = 5;

    private const int TokenBytes = 32;

    /// <summary>Issues a token. Its row is added to the context, which the caller saves.</summary>
    public string Issue(User user, LinkPurpose purpose, string email)
    {
        var (token, now) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes)), clock.GetUtcNow());
        db.Add(new MailedLink { TokenHash = Hash(token), UserId = user.Id, Purpose = purpose, Email = email, CreatedAt = now, ExpiresAt = now + Lifetime });
        return token;
    }

    /// <summary>Whether the account's hourly limit is reached.</summary>
    public Task<bool> IsLimitReachedAsync(Guid user, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow().AddHours(-1);
        return db.Set<MailedLink>().Where(link => link.UserId == user && link.CreatedAt > since).Skip(MostInAnHour - 1).AnyAsync(cancellationToken);
    }

    /// <summary>The valid link with this token, which stays valid; null for none.</summary>
    public Task<MailedLink?> FindAsync(string token, LinkPurpose purpose, CancellationToken cancellationToken)
    {
        var (hash, now) = (Hash(token), clock.GetUtcNow());
        return db.Set<MailedLink>().AsNoTracking().SingleOrDefaultAsync(link => link.TokenHash == hash && link.Purpose == purpose && link.ExpiresAt > now, cancellationToken);
    }

    /// <summary>
    /// Redeems a link; of concurrent requests one gets true. The row stays, expired, and counts towards the limit. It has expired since it was made, and not only now: for
    /// a request that began a moment earlier and waited for this one, now would still be to come.
    /// </summary>
    public async Task<bool> RedeemAsync(MailedLink found, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Set<MailedLink>().Where(link => link.TokenHash == found.TokenHash && link.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.ExpiresAt, link => link.CreatedAt), cancellationToken) == 1;
    }

    /// <summary>Invalidates all of the account's links, except those that confirm the address it has.</summary>
    public Task InvalidateAllAsync(Guid user, string email, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return db.Set<MailedLink>()
            .Where(link => link.UserId == user && link.ExpiresAt > now && !(link.Purpose == LinkPurpose.Confirm && link.Email == email))
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.ExpiresAt, link => link.CreatedAt), cancellationToken);
    }

    public static ProblemHttpResult InvalidToken() => FieldErrors.Of("token", "Is not valid, or no longer. Ask for a new one.");

    public static RazorComponentResult<LinkExpiredPage> ExpiredPage() => new() { StatusCode = StatusCodes.Status400BadRequest };

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

internal static class RecoveryModel
{
    public static void AddRecovery(this ModelBuilder model)
    {
        model.Entity<MailedLink>(link =>
        {
            link.ToTable("mailed_links");
            link.HasKey(l => l.TokenHash);
            link.Property(l => l.Purpose).HasConversion<string>().HasMaxLength(16);
            link.Property(l => l.Email).HasMaxLength(EmailAddress.MaxLength);
            link.HasOne<User>().WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.Cascade);
            link.HasIndex(l => new { l.UserId, l.CreatedAt });
            link.HasIndex(l => l.ExpiresAt);
        });
        model.Entity<ForgottenPassword>(forgotten =>
        {
            forgotten.ToTable("forgotten_passwords");
            forgotten.Property(f => f.Id).ValueGeneratedNever();
            forgotten.Property(f => f.Email).HasMaxLength(EmailAddress.MaxLength);
            forgotten.Property(f => f.Language).HasMaxLength(2).HasDefaultValue("en");
        });
    }
}
