using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.Accounts;

/// <summary>Prevents replay: remembers the codes and passkey challenges that a user has used.</summary>
internal sealed class UsedCodes(AuthDb db, TimeProvider clock)
{
    /// <summary>Their login provider in Identity's table of user tokens.</summary>
    public const string Provider = "shop.spent";

    /// <summary>Longer than any is valid: a code is accepted two 30-second steps before and after its own, a challenge for 5 minutes.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    /// <summary>Whether this is the first use. The primary key lets only one of concurrent requests through.</summary>
    public async Task<bool> TryUseAsync(Guid user, string code, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var expired = (now - KeptFor).ToUnixTimeSeconds();
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM user_tokens WHERE user_id = {user} AND login_provider = {Provider} AND value::bigint < {expired}", cancellationToken);
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO user_tokens (user_id, login_provider, name, value) VALUES ({user}, {Provider}, {code}, {now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)})
            ON CONFLICT DO NOTHING
            """, cancellationToken) == 1;
    }
}
