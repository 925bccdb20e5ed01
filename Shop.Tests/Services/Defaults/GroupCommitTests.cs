using Npgsql;
using Shop.ServiceDefaults.Database;

namespace Shop.Tests.Services.Defaults;

public sealed class GroupCommitTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _data = null!;
    private GroupCommit _transactions = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("group");
        _data = NpgsqlDataSource.Create(_database.ConnectionString);
        _transactions = new GroupCommit(_data);
        await using var table = _data.CreateCommand("CREATE TABLE t (id int PRIMARY KEY, xact xid8 DEFAULT pg_current_xact_id())");
        await table.ExecuteNonQueryAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _data.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Callers_that_come_together_share_transactions()
    {
        var commands = Enumerable.Range(0, 200).Select(Insert).ToList();

        var affected = await Task.WhenAll(commands.Select(command => _transactions.RunAsync([command], Cancel)));

        Assert.All(affected, rows => Assert.Equal([1], rows));
        Assert.Equal(200, await CountAsync("id"));
        Assert.InRange(await CountAsync("DISTINCT xact::text"), 7, 100);
    }

    [Fact]
    public async Task Nobody_suffers_from_what_another_brought()
    {
        await _transactions.RunAsync([Insert(7)], Cancel);
        var runs = Enumerable.Range(0, 100).Select(id => _transactions.RunAsync([Insert(id)], Cancel)).ToList();

        var failure = await Assert.ThrowsAsync<PostgresException>(() => Task.WhenAll(runs));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, failure.SqlState);
        Assert.Equal([7], runs.Index().Where(run => run.Item.IsFaulted).Select(run => run.Index));
        Assert.Equal(100, await CountAsync("id"));
    }

    [Fact]
    public async Task What_one_brings_happens_as_a_whole()
    {
        await _transactions.RunAsync([Insert(1)], Cancel);
        var others = Enumerable.Range(100, 50).Select(id => _transactions.RunAsync([Insert(id)], Cancel));

        await Assert.ThrowsAsync<PostgresException>(() => Task.WhenAll([_transactions.RunAsync([Insert(2), Insert(1)], Cancel), .. others]));

        Assert.Equal(51, await CountAsync("id"));
    }

    [Fact]
    public async Task What_runs_again_on_another_connection_is_the_same_statement()
    {
        await using var data = NpgsqlDataSource.Create($"{_database.ConnectionString};Max Auto Prepare=10;Auto Prepare Min Usages=1;Maximum Pool Size=4");
        await using (var table = data.CreateCommand("CREATE TABLE u (LIKE t INCLUDING ALL); INSERT INTO t (id) SELECT generate_series(0, 90, 10)"))
            await table.ExecuteNonQueryAsync(Cancel);
        // The same two statements are prepared under each other's names.
        string[] tables = ["t", "u"];
        var connections = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => data.OpenConnectionAsync(Cancel).AsTask()));
        foreach (var (i, connection) in connections.Index())
        {
            foreach (var table in i % 2 == 0 ? tables : tables.Reverse())
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Insert(1000 + i, table) } };
                await batch.ExecuteNonQueryAsync(Cancel);
            }
        }
        foreach (var connection in connections)
            await connection.DisposeAsync();

        // One in ten for t is there already, so that groups fail and each of them runs by itself.
        var transactions = new GroupCommit(data);
        var runs = Enumerable.Range(0, 100)
            .SelectMany(id => tables.Select(table => (Id: id, Table: table, Run: transactions.RunAsync([Insert(id, table)], Cancel)))).ToList();
        await Task.WhenAll(runs.Select(run => run.Run)).ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => ("t", i * 10)), runs.Where(run => run.Run.IsFaulted).Select(run => (run.Table, run.Id)));
        foreach (var table in tables)
            Assert.Equal(104, await CountAsync("id", table));
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_leaves_the_line_and_the_others_go_on()
    {
        await using var blocker = await _data.OpenConnectionAsync(Cancel);
        await using var transaction = await blocker.BeginTransactionAsync(Cancel);
        await using (var block = new NpgsqlCommand("LOCK TABLE t", blocker, transaction))
            await block.ExecuteNonQueryAsync(Cancel);
        // As many as lead at a time, held by the lock; whoever comes after them waits in line.
        var leaders = Enumerable.Range(0, 2).Select(id => _transactions.RunAsync([Insert(id)], Cancel)).ToList();
        using var patience = new CancellationTokenSource();
        var impatient = _transactions.RunAsync([Insert(2)], patience.Token);
        var patient = _transactions.RunAsync([Insert(3)], Cancel);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await transaction.RollbackAsync(Cancel);

        await Task.WhenAll([patient, .. leaders]);
        Assert.Equal(3, await CountAsync("id"));
        await _transactions.RunAsync([Insert(4)], Cancel);
    }

    private static NpgsqlBatchCommand Insert(int id) => Insert(id, "t");

    private static NpgsqlBatchCommand Insert(int id, string table) =>
        new($"INSERT INTO {table} (id) VALUES ($1)") { Parameters = { new NpgsqlParameter<int> { TypedValue = id } } };

    private async Task<long> CountAsync(string what, string table = "t")
    {
        await using var count = _data.CreateCommand($"SELECT count({what}) FROM {table}");
        return (long)(await count.ExecuteScalarAsync(Cancel))!;
    }
}
