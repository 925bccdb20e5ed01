using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Shop.Auth.Users;

namespace Shop.Auth.TwoFactor;

/// <summary>Keeps on a page who has given the right password and is to give a code. It lets nobody in by itself.</summary>
internal sealed class HalfSignedIn(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Shop.Auth.HalfSignedIn").ToTimeLimitedDataProtector();

    /// <summary>For a hidden field of the page.</summary>
    public string Ticket(User user) => _protector.Protect($"{user.Id:N}{user.SecurityStamp}", Lifetime);

    /// <summary>Who has given their password; null when that is too long ago, or the password is another by now.</summary>
    public async Task<User?> FindAsync(AuthDb db, string ticket, CancellationToken cancel)
    {
        try
        {
            var content = _protector.Unprotect(ticket);
            var (id, stamp) = (Guid.ParseExact(content[..32], "N"), content[32..]);
            return await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.SecurityStamp == stamp, cancel);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
