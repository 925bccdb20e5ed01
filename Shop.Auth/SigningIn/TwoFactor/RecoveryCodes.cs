using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.SigningIn.TwoFactor;

/// <summary>
/// One-time codes for users who lost their authenticator. Identity would store them in plain text; here each has a row with its hash. They have more than 112 bits,
/// so they need neither salt nor a slow hash (NIST SP 800-63B-4, 3.1.2.2).
/// </summary>
internal sealed class RecoveryCodes(AuthDb db)
{
    private const int Count = 10;
    private const int Length = 24;
    private const string Provider = "shop.recovery";

    /// <summary>Without characters that look alike. 5 bits each.</summary>
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>New codes, as they are shown.</summary>
    public static IReadOnlyList<string> Generate() =>
        [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', RandomNumberGenerator.GetString(Alphabet, Length).Chunk(4).Select(part => new string(part))))];

    /// <summary>Replaces the user's codes. The new ones are added to the context, which the caller saves.</summary>
    public async Task ReplaceAsync(Guid user, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        await db.UserTokens.Where(token => token.UserId == user && token.LoginProvider == Provider).ExecuteDeleteAsync(cancellationToken);
        db.UserTokens.AddRange(codes.Select(code => new IdentityUserToken<Guid>
        {
            UserId = user,
            LoginProvider = Provider,
            Name = Hash(user, SecondFactor.Plain(code)),
        }));
    }

    /// <summary>Uses up a code, which is without spaces and hyphens; false when the user has no such code. Of concurrent requests one gets true.</summary>
    public async Task<bool> TryUseAsync(Guid user, string code, CancellationToken cancellationToken)
    {
        var hash = Hash(user, code);
        return await db.UserTokens.Where(token => token.UserId == user && token.LoginProvider == Provider && token.Name == hash)
            .ExecuteDeleteAsync(cancellationToken) == 1;
    }

    private static string Hash(Guid user, string code) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{user:N}{code}")));
}
