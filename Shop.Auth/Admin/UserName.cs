using Microsoft.EntityFrameworkCore;

namespace Shop.Auth.Admin;

/// <summary>Who somebody is, for staff that sees their orders.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
internal sealed record UserName(Guid Id, string Email, string? DisplayName)
{
    /// <summary>How many may be asked for at once.</summary>
    public const int Most = 100;

    /// <summary>The ids, each once; null when they are none, or too many.</summary>
    public static IReadOnlyList<Guid>? Parse(string ids)
    {
        var parts = ids.Split(',', StringSplitOptions.TrimEntries);
        var parsed = parts.Take(Most + 1).Select(part => Guid.TryParse(part, out var id) ? id : (Guid?)null).ToList();
        return parsed.Count <= Most && !parsed.Contains(null) ? [.. parsed.OfType<Guid>().Distinct()] : null;
    }

    /// <summary>Those of them that have accounts, in the order asked.</summary>
    public static async Task<IReadOnlyList<UserName>> ReadAsync(AuthDb db, IReadOnlyList<Guid> ids, CancellationToken cancel)
    {
        var found = await db.Users.Where(user => ids.Contains(user.Id)).Select(user => new UserName(user.Id, user.Email!, user.DisplayName))
            .ToDictionaryAsync(user => user.Id, cancel);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }
}
