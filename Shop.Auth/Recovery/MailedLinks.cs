using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Users;

namespace Shop.Auth.Recovery;

/// <summary>Makes and takes the tokens of links in mails: each is good for half an hour and once.</summary>
internal sealed class MailedLinks(AuthDb db, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>How many are mailed for one account in an hour: a stranger who knows its address shall not fill its owner's mailbox.</summary>
    private const int MostInAnHour = 5;

    private const int TokenBytes = 32;

    /// <summary>Makes a token, whose row is added to the context; the caller saves it.</summary>
    public string Make(User user, LinkPurpose purpose, string email)
    {
        var (token, now) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes)), clock.GetUtcNow());
        db.Add(new MailedLink { TokenHash = Hash(token), UserId = user.Id, Purpose = purpose, Email = email, CreatedAt = now, ExpiresAt = now + Lifetime });
        return token;
    }

    /// <summary>Whether so many were made for the account that there shall be no more now.</summary>
    public Task<bool> AreManyAsync(Guid user, CancellationToken cancel)
    {
        var since = clock.GetUtcNow().AddHours(-1);
        return db.Set<MailedLink>().Where(link => link.UserId == user && link.CreatedAt > since).Skip(MostInAnHour - 1).AnyAsync(cancel);
    }

    /// <summary>The link with this token, which stays good; null when it is none, or good no more.</summary>
    public Task<MailedLink?> FindAsync(string token, LinkPurpose purpose, CancellationToken cancel)
    {
        var (hash, now) = (Hash(token), clock.GetUtcNow());
        return db.Set<MailedLink>().AsNoTracking().SingleOrDefaultAsync(link => link.TokenHash == hash && link.Purpose == purpose && link.ExpiresAt > now, cancel);
    }

    /// <summary>Takes a token out of use; of simultaneous requests a single one gets true. Its row stays, expired, so that it is still counted.</summary>
    public async Task<bool> TakeAsync(MailedLink found, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.Set<MailedLink>().Where(link => link.TokenHash == found.TokenHash && link.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.ExpiresAt, now), cancel) == 1;
    }

    /// <summary>Makes all links useless that were mailed for the account, but for those that confirm an address that is its own.</summary>
    public Task EndAllAsync(Guid user, string email, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return db.Set<MailedLink>()
            .Where(link => link.UserId == user && link.ExpiresAt > now && !(link.Purpose == LinkPurpose.Confirm && link.Email == email))
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.ExpiresAt, now), cancel);
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
