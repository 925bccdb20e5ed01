using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Shop.Auth.Users;
using Shop.ServiceDefaults.Lists;

namespace Shop.Auth.Admin;

/// <summary>Finds users among very many: each page is read from an index, in its order, however many users begin with what is looked for.</summary>
internal sealed class UserSearch(NpgsqlDataSource database, ILookupNormalizer normalizer)
{
    /// <summary>The longest text to look for, in UTF-16 units.</summary>
    public const int MaxQuery = 100;

    private const string Columns = """
        u.id, u.email, u.display_name,
        ARRAY(SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id ORDER BY r.name COLLATE "C"),
        coalesce(u.lockout_end > now(), false), u.created_at
        """;

    private const string OneSql = $"SELECT {Columns} FROM users u WHERE u.id = $1";

    private const string AllSql = $"SELECT {Columns}, NULL FROM users u WHERE u.id < $1 ORDER BY u.id DESC LIMIT $2";

    // Those whose address begins so, and those whose name alone does; from both indexes only as many as fit on a page. Ranges, not LIKE: a plan
    // for any pattern cannot use an index. COLLATE "C" orders by code point, so that everything that begins alike stands together. One lower
    // bound only, the cursor or else the text: of two, PostgreSQL may start reading at the lower one.
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

    /// <summary>Greater than any text: no character is beyond it.</summary>
    private const string Last = "\U0010FFFF";

    /// <summary>The user; null when there is none with this id.</summary>
    public async Task<UserView?> FindAsync(Guid id, CancellationToken cancel) =>
        await ReadAsync(OneSql, [new() { Value = id }], _ => { }, cancel) is [var user] ? user : null;

    /// <summary>Users whose address or display name begins so, in alphabetical order of that; without a text all, newest first.</summary>
    public async Task<Page<UserView>> ListAsync(string? text, Paging paging, CancellationToken cancel)
    {
        var (after, keys) = (paging.After<Position>(), new Dictionary<Guid, string?>());
        List<UserView> users;
        if (string.IsNullOrEmpty(text))
        {
            users = await ReadAsync(AllSql, [new() { Value = after?.Id ?? Guid.AllBitsSet }, new() { Value = paging.Fetch }], Note, cancel);
        }
        else
        {
            var (email, name) = (normalizer.NormalizeEmail(text), DisplayName.Normalize(text)!);
            users = await ReadAsync(PrefixSql, [
                Text(email), Text(email + Last), Text(name + Last), Text(after?.Key ?? email), Text(after?.Key ?? name),
                new() { Value = after?.Id ?? Guid.Empty }, new() { Value = paging.Fetch }], Note, cancel);
        }
        return Page.Of(users, paging, user => new Position(keys[user.Id], user.Id));

        void Note(NpgsqlDataReader reader) => keys[reader.GetGuid(0)] = reader.IsDBNull(6) ? null : reader.GetString(6);
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private async Task<List<UserView>> ReadAsync(string sql, NpgsqlParameter[] parameters, Action<NpgsqlDataReader> note, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var users = new List<UserView>();
        while (await reader.ReadAsync(cancel))
        {
            note(reader);
            users.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetFieldValue<string[]>(3), reader.GetBoolean(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return users;
    }

    /// <param name="Key">The address or name that was found, normalized; null where nothing was looked for.</param>
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
