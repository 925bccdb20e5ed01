using Npgsql;
using NpgsqlTypes;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;

namespace Shop.Tests.Services.Defaults;

/// <summary>Values that the driver or the server refuses, on a connection that all callers share: the next one must not notice.</summary>
public sealed class RefusedValueTests : IAsyncLifetime
{
    private const string Now = "SELECT id FROM t WHERE at < $1";
    private const string Named = "SELECT id FROM t WHERE name = $1";
    private const string AnyName = "SELECT id FROM t WHERE name = ANY($1)";

    private const string FirstSql = "SELECT name FROM t WHERE id = $1";

    private static readonly Dictionary<string, (string Sql, object Good, object Bad, NpgsqlDbType? Type)> Refusals = new()
    {
        ["a time with an offset"] = (Now, DateTimeOffset.UtcNow, new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.FromHours(2)), NpgsqlDbType.TimestampTz),
        ["a local time"] = (Now, DateTime.UtcNow, DateTime.Now, NpgsqlDbType.TimestampTz),
        ["a time of no kind"] = (Now, DateTime.UtcNow, new DateTime(2026, 11, 26), NpgsqlDbType.TimestampTz),
        ["the end of time"] = (Now, DateTimeOffset.UtcNow, DateTimeOffset.MaxValue, NpgsqlDbType.TimestampTz),
        ["the beginning of time, plus infinity"] = ("SELECT id FROM t WHERE at < $1 + interval '1 day'", DateTimeOffset.UtcNow, DateTimeOffset.MinValue, NpgsqlDbType.TimestampTz),
        ["times with offsets"] = ("SELECT id FROM t WHERE at = ANY($1)", new[] { DateTimeOffset.UtcNow }, new[] { DateTimeOffset.UtcNow, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(1)) }, NpgsqlDbType.TimestampTz | NpgsqlDbType.Array),
        ["a number that overflows"] = ("SELECT id FROM t WHERE price < $1::numeric(12,2)", 1m, decimal.MaxValue, null),
        ["a number that is none"] = ("SELECT id FROM t WHERE price < $1", 1m, "many", NpgsqlDbType.Numeric),
        ["a sum that overflows"] = ("SELECT id FROM t WHERE id = $1 + 1", 0, int.MaxValue, null),
        ["a number that is too long"] = ("SELECT id FROM t WHERE id = $1", 1, 5_000_000_000, NpgsqlDbType.Integer),
        ["half a surrogate pair"] = (Named, "a", "\ud800", null),
        ["half a surrogate pair in a long text"] = (Named, "a", new string('x', 20_000) + "\udc00" + new string('y', 20_000), null),
        ["half a surrogate pair in one of many"] = (AnyName, new[] { "a" }, new[] { "a", "\ud800" }, null),
        ["a NUL character"] = (Named, "a", "a\0b", null),
        ["a NUL character in one of many"] = (AnyName, new[] { "a" }, new[] { "a", "\0" }, null),
        ["no JSON"] = ("SELECT $1", "{}", "{bad", NpgsqlDbType.Jsonb),
        ["JSON with a NUL character"] = ("SELECT $1", "{}", """{"a": "\u0000"}""", NpgsqlDbType.Jsonb),
        ["nothing without a type"] = (Named, "a", new object(), null),
        ["a list that is too long for its place"] = ("SELECT id FROM t WHERE few = $1", new[] { 1 }, Enumerable.Range(0, 300_000).ToArray(), null),
        ["a list of too many dimensions"] = ("SELECT id FROM t WHERE few = $1", new[] { 1 }, new int[1, 1, 1, 1, 1, 1, 1], null),
        ["a pattern that is none"] = ("SELECT id FROM t WHERE name ~ $1", "a", "(", null),
    };

    private TestDatabase _database = null!;
    private NpgsqlDataSource _data = null!;
    private Transactions _transactions = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. Refusals.Keys];

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("refused");
        _data = NpgsqlDataSource.Create($"{Shop.Messaging.Database.DatabaseExtensions.ConnectionDefaults}{_database.ConnectionString};Maximum Pool Size=1");
        _transactions = new Transactions(_data, new OutboxSignal());
        await using var table = _data.CreateCommand("""
            CREATE TABLE t (id int PRIMARY KEY, at timestamptz, name text, price numeric(12,2), few int[]);
            INSERT INTO t VALUES (1, 'epoch', 'a', 0, '{1}');
            CREATE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN 1; END $$;
            """);
        await table.ExecuteNonQueryAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _data.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory, Trait("security", "39"), MemberData(nameof(Kinds))]
    public async Task A_value_that_is_refused_breaks_nobody_elses_request(string kind)
    {
        var (sql, good, bad, type) = Refusals[kind];
        foreach (var way in (Func<string, NpgsqlParameter, Task>[])[PreparedAsync, PreparedBatchAsync, SharedAsync, PlainAsync])
        {
            // First in each place where the statement can be: not known to the connection yet, known, about to be known.
            for (var before = 0; before < 3; before++)
            {
                var own = $"{sql} /* {way.Method.Name} {before} */";
                for (var i = 0; i < before; i++)
                    await way(own, Parameter(good));
                await Record.ExceptionAsync(() => way(own, Parameter(bad)));

                foreach (var other in (Func<string, NpgsqlParameter, Task>[])[way, PreparedAsync, PreparedBatchAsync, SharedAsync, PlainAsync, way])
                    await other(own, Parameter(good));
            }
        }

        NpgsqlParameter Parameter(object value) => type is { } given ? new() { Value = value, NpgsqlDbType = given } : new() { Value = value };
    }

    [Fact, Trait("security", "39")]
    public async Task A_caller_who_gives_up_while_a_statement_is_planned_breaks_nobody_elses_request()
    {
        await using var onlooker = NpgsqlDataSource.Create(_database.ConnectionString);
        foreach (var way in (Func<string, NpgsqlParameter, CancellationToken, Task>[])[PreparedAsync, PlainAsync])
        {
            // Evaluated once, when it is planned, which is after it is parsed and before anything is known of its columns.
            var sql = $"SELECT id FROM t WHERE id = $1 AND slow() = 1 /* {way.Method.Name} */";
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var run = way(sql, new() { Value = 1 }, patience.Token);
            await Eventually.TrueAsync(async () => await IsPlanningAsync(onlooker), "the statement is being planned");
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

            await using (var quick = onlooker.CreateCommand("CREATE OR REPLACE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'"))
                await quick.ExecuteNonQueryAsync(Cancel);
            for (var i = 0; i < 3; i++)
                await way(sql, new() { Value = 1 }, Cancel);
            await using var slow = onlooker.CreateCommand(
                "CREATE OR REPLACE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN 1; END $$");
            await slow.ExecuteNonQueryAsync(Cancel);
        }
    }

    private static async Task<bool> IsPlanningAsync(NpgsqlDataSource onlooker)
    {
        await using var look = onlooker.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()");
        return (long)(await look.ExecuteScalarAsync(Cancel))! == 1;
    }

    private Task PreparedAsync(string sql, NpgsqlParameter parameter) => PreparedAsync(sql, parameter, Cancel);

    private async Task PreparedAsync(string sql, NpgsqlParameter parameter, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql) { Parameters = { parameter } };
        await using var reader = await _data.ReadPreparedAsync(command, cancellationToken);
        Assert.True(await reader.ReadAsync(cancellationToken) || parameter.Value is not 1);
    }

    private async Task PreparedBatchAsync(string sql, NpgsqlParameter parameter)
    {
        // The one before is of the same caller, and all right.
        await using var batch = new NpgsqlBatch { BatchCommands = { First(), new(sql) { Parameters = { parameter } } } };
        await using var reader = await _data.ReadPreparedAsync(batch, Cancel);
        await reader.ToEndAsync(Cancel);
    }

    private Task SharedAsync(string sql, NpgsqlParameter parameter)
    {
        var work = _transactions.Begin();
        work.Execute(FirstSql, 1);
        work.Execute(sql, new SqlValue(parameter));
        return work.CommitAsync(Cancel);
    }

    private Task PlainAsync(string sql, NpgsqlParameter parameter) => PlainAsync(sql, parameter, Cancel);

    private async Task PlainAsync(string sql, NpgsqlParameter parameter, CancellationToken cancellationToken)
    {
        await using var command = _data.CreateCommand(sql);
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ToEndAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand First() => new(FirstSql) { Parameters = { new NpgsqlParameter<int> { TypedValue = 1 } } };
}
