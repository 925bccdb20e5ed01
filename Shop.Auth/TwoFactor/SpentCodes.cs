using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.TwoFactor;

/// <summary>Remembers what somebody signed in with and may not again: codes, and the challenges of passkeys.</summary>
internal sealed class SpentCodes(AuthDb db, TimeProvider clock)
{
    /// <summary>The provider under which they stand among the user's tokens.</summary>
    public const string Provider = "shop.spent";

    /// <summary>Longer than any is accepted: codes two steps of half a minute before and after their own, challenges for 5 minutes.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    /// <summary>Whether it is the first time that it is used. The key of the table lets only one of simultaneous requests have it.</summary>
    public async Task<bool> TakeAsync(Guid user, string code, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var forgotten = (now - Remembered).ToUnixTimeSeconds();
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM user_tokens WHERE user_id = {user} AND login_provider = {Provider} AND value::bigint < {forgotten}", cancel);
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO user_tokens (user_id, login_provider, name, value) VALUES ({user}, {Provider}, {code}, {now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)})
            ON CONFLICT DO NOTHING
            """, cancel) == 1;
    }
}
