using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Shop.Auth.Accounts;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Administration;

/// <summary>Searches users by prefix. Each page is read from an index in order, however many users match.</summary>
internal sealed class UserSearch(NpgsqlDataSource database, ILookupNormalizer normalizer)
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxQuery = 100;

    private const string Columns = """
        u.id, u.email, u.display_name,
        ARRAY(SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id ORDER BY r.name COLLATE "C"),
        coalesce(u.lockout_end > now(), false), u.created_at
        """;

    private const string OneSql = $"SELECT {Columns} FROM users u WHERE u.id = $1";

    private const string AllSql = $"SELECT {Columns}, NULL FROM users u WHERE u.id < $1 ORDER BY u.id DESC LIMIT $2";

    // Users whose address matches, then those of whom only the name does, a page's worth from each index. Ranges instead of LIKE, because a generic plan for LIKE
    // cannot use an index. COLLATE "C" orders by code point, so that all matches are adjacent. A single lower bound, the cursor or else the text: given two,
    // PostgreSQL may start reading at the lower one.
    private const string PrefixSql = $"""
        WITH found AS (
            (SELECT id, normalized_email COLLATE "C" AS key FROM users
             WHERE (normalized_email COLLATE "C", id) > ($4, $6) AND normalized_email COLLATE "C" < $2
             ORDER BY normalized_email COLLATE "C", id LIMIT $7)
            UNION ALL
            (SELECT id, normalized_display_name COLLATE "C" FROM users
             WHERE (normalized_display_name COLLATE "C", id) > ($5, $6) AND normalized_display_name COLLATE "C" < $3
                AND NOT (normalized_email COLLATE "C" >= $1 AND normalized_email COLLATE "C" < $2)
             ORDER BY normalized_display_name COLLATE "C", id LIMIT $7)
            ORDER BY key, id LIMIT $7)
        SELECT {Columns}, found.key FROM found JOIN users u ON u.id = found.id ORDER BY found.key, found.id
        """;

    /// <summary>The last code point, greater than any other character.</summary>
    private const string Last = "\U0010FFFF";

    /// <summary>The user; null when there is none with this id.</summary>
    public async Task<UserView?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await ReadAsync(OneSql, [new() { Value = id }], _ => { }, cancellationToken) is [var user] ? user : null;

    /// <summary>Users whose address or display name starts with the text, in alphabetical order of what matched; without a text all users, newest first.</summary>
    public async Task<Page<UserView>> ListAsync(string? text, Paging paging, CancellationToken cancellationToken)
    {
        var (after, keys) = (paging.After<Position>(), new Dictionary<Guid, string?>());
        List<UserView> users;
        if (string.IsNullOrEmpty(text))
        {
            users = await ReadAsync(AllSql, [new() { Value = after?.Id ?? Guid.AllBitsSet }, new() { Value = paging.Fetch }], Note, cancellationToken);
        }
        else
        {
            var (email, name) = (normalizer.NormalizeEmail(text), DisplayName.Normalize(text)!);
            users = await ReadAsync(PrefixSql, [
                Text(email), Text(email + Last), Text(name + Last), Text(after?.Key ?? email), Text(after?.Key ?? name),
                new() { Value = after?.Id ?? Guid.Empty }, new() { Value = paging.Fetch }], Note, cancellationToken);
        }
        return Page.Of(users, paging, user => new Position(keys[user.Id], user.Id));

        void Note(NpgsqlDataReader reader) => keys[reader.GetGuid(0)] = reader.IsDBNull(6) ? null : reader.GetString(6);
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private async Task<List<UserView>> ReadAsync(string sql, NpgsqlParameter[] parameters, Action<NpgsqlDataReader> note, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<UserView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            note(reader);
            users.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetFieldValue<string[]>(3), reader.GetBoolean(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return users;
    }

    /// <param name="Key">The normalized address or name that matched; null without a search text.</param>
    /// <param name="Id">The user's id.</param>
    private sealed record Position(string? Key, Guid Id);
}

internal static class UserSearchIndexes
{
    /// <summary>The indexes that <see cref="UserSearch"/> reads pages from.</summary>
    public static void AddUserSearch(this ModelBuilder model) => model.Entity<User>(user =>
    {
        user.Property(u => u.NormalizedDisplayName).HasMaxLength(DisplayName.MaxLength);
        user.HasIndex(u => new { u.NormalizedEmail, u.Id }, "ix_users_email_search").UseCollation("C");
        user.HasIndex(u => new { u.NormalizedDisplayName, u.Id }, "ix_users_display_name_search").UseCollation("C");
    });
}

/// <summary>A user, as shown to staff.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address, as registered.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
/// <param name="Roles">The names of the user's roles, sorted.</param>
/// <param name="Locked">Whether the user is locked out.</param>
/// <param name="CreatedAt">When the account was made, UTC.</param>
internal sealed record UserView(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, bool Locked, DateTimeOffset CreatedAt);

/// <summary>A user's name, for staff that may see orders.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
internal sealed record UserName(Guid Id, string Email, string? DisplayName)
{
    /// <summary>The limit for one request.</summary>
    public const int Most = 100;

    /// <summary>The distinct ids; null when one is not an id, or there are too many.</summary>
    public static IReadOnlyList<Guid>? Parse(string ids)
    {
        var parts = ids.Split(',', StringSplitOptions.TrimEntries);
        var parsed = parts.Take(Most + 1).Select(part => Guid.TryParse(part, out var id) ? id : (Guid?)null).ToList();
        return parsed.Count <= Most && !parsed.Contains(null) ? [.. parsed.OfType<Guid>().Distinct()] : null;
    }

    /// <summary>The user with exactly this address, normalized; none when there is none.</summary>
    public static async Task<IReadOnlyList<UserName>> FindAsync(AuthDb db, string email, CancellationToken cancellationToken) =>
        await db.Users.Where(user => user.NormalizedEmail == email).Select(user => new UserName(user.Id, user.Email!, user.DisplayName)).ToListAsync(cancellationToken);

    /// <summary>The users with these ids that exist, in the order of the ids.</summary>
    public static async Task<IReadOnlyList<UserName>> ReadAsync(AuthDb db, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var found = await db.Users.Where(user => ids.Contains(user.Id)).Select(user => new UserName(user.Id, user.Email!, user.DisplayName))
            .ToDictionaryAsync(user => user.Id, cancellationToken);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }
}

internal static class FindUsers
{
    public static async Task<Results<Ok<Page<UserView>>, Ok<Page<UserName>>, ProblemHttpResult>> ListAsync(
        string? q, string? ids, string? email, Paging paging, HttpContext http, LiveAccess access, UserSearch users, AuthDb db, ILookupNormalizer normalizer, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(ids))
        {
            return UserName.Parse(ids) is { } wanted
                ? TypedResults.Ok(new Page<UserName>(await UserName.ReadAsync(db, wanted, cancellationToken), null))
                : FieldErrors.Of("ids", $"Must be 1 to {UserName.Most} ids, with commas.");
        }
        if (!string.IsNullOrEmpty(email))
        {
            return email.Length <= UserSearch.MaxQuery
                ? TypedResults.Ok(new Page<UserName>(await UserName.FindAsync(db, normalizer.NormalizeEmail(email.Trim()), cancellationToken), null))
                : FieldErrors.Of("email", $"Must have at most {UserSearch.MaxQuery} characters.");
        }
        if (!await access.PermitsAsync(http, Permissions.UsersManage))
            return Problems.Of(StatusCodes.Status403Forbidden, "forbidden", "The access token does not permit this", "Without ids or email this needs users.manage.");
        return q?.Length > UserSearch.MaxQuery
            ? FieldErrors.Of("q", $"Must have at most {UserSearch.MaxQuery} characters.")
            : TypedResults.Ok(await users.ListAsync(q?.Trim(), paging, cancellationToken));
    }

    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> GetAsync(Guid id, UserSearch users, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is { } user ? TypedResults.Ok(user) : Problems.NotFound();
}
