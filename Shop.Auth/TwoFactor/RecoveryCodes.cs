using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.TwoFactor;

/// <summary>
/// What lets somebody in who lost the device that makes their codes, each once. Identity would keep them as they are; here a row for each holds
/// its hash. They have more than 112 bits, so that a plain hash does (NIST SP 800-63B-4, 3.1.2.2).
/// </summary>
internal sealed class RecoveryCodes(AuthDb db)
{
    private const int Count = 10;
    private const int Length = 24;
    private const string Provider = "shop.recovery";

    /// <summary>Without those that are taken for others: 5 bits each.</summary>
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>New ones, as they are shown.</summary>
    public static IReadOnlyList<string> Make() =>
        [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', RandomNumberGenerator.GetString(Letters, Length).Chunk(4).Select(part => new string(part))))];

    /// <summary>Makes these the user's only ones; they are added to the context, which the caller saves.</summary>
    public async Task ReplaceAsync(Guid user, IReadOnlyList<string> codes, CancellationToken cancel)
    {
        await db.UserTokens.Where(token => token.UserId == user && token.LoginProvider == Provider).ExecuteDeleteAsync(cancel);
        db.UserTokens.AddRange(codes.Select(code => new IdentityUserToken<Guid>
        {
            UserId = user,
            LoginProvider = Provider,
            Name = Hash(user, SecondFactor.Plain(code)),
        }));
    }

    /// <summary>Takes a code out of use; false when the user has no such code. Of simultaneous requests a single one gets true.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="code">Without what only makes it readable.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<bool> TakeAsync(Guid user, string code, CancellationToken cancel)
    {
        var hash = Hash(user, code);
        return await db.UserTokens.Where(token => token.UserId == user && token.LoginProvider == Provider && token.Name == hash)
            .ExecuteDeleteAsync(cancel) == 1;
    }

    private static string Hash(Guid user, string code) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{user:N}{code}")));
}
