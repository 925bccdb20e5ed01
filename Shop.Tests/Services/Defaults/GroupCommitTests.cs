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

        await Task.WhenAll(commands.Select(command => _transactions.RunAsync([command], Cancel)));

        Assert.All(commands, command => Assert.Equal(1ul, command.Rows));
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

    private static NpgsqlBatchCommand Insert(int id) =>
        new("INSERT INTO t (id) VALUES ($1)") { Parameters = { new NpgsqlParameter<int> { TypedValue = id } } };

    private async Task<long> CountAsync(string what)
    {
        await using var count = _data.CreateCommand($"SELECT count({what}) FROM t");
        return (long)(await count.ExecuteScalarAsync(Cancel))!;
    }
}
