using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;

namespace Shop.Tests.Services.Messaging;

public sealed class TransactionsTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _data = null!;
    private Transactions _transactions = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("group");
        _data = NpgsqlDataSource.Create(_database.ConnectionString + ";Include Failed Batched Command=true");
        _transactions = new Transactions(_data, new OutboxSignal());
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
        await Task.WhenAll(Enumerable.Range(0, 200).Select(id => InsertAsync(id)));

        Assert.Equal(200, await CountAsync("id"));
        Assert.InRange(await CountAsync("DISTINCT xact::text"), 7, 100);
    }

    [Fact]
    public async Task Nobody_suffers_from_what_another_brought()
    {
        await InsertAsync(7);
        var runs = Enumerable.Range(0, 100).Select(id => InsertAsync(id)).ToList();

        var failure = await Assert.ThrowsAsync<PostgresException>(() => Task.WhenAll(runs));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, failure.SqlState);
        Assert.Equal([7], runs.Index().Where(run => run.Item.IsFaulted).Select(run => run.Index));
        Assert.Equal(100, await CountAsync("id"));
    }

    [Fact]
    public async Task Who_is_refused_leaves_the_others_their_transaction()
    {
        await InsertAsync(50);

        var runs = Enumerable.Range(0, 200).Select(id => InsertAsync(id)).ToList();
        await Assert.ThrowsAsync<PostgresException>(() => Task.WhenAll(runs));

        Assert.Equal([50], runs.Index().Where(run => run.Item.IsFaulted).Select(run => run.Index));
        // Of some seven transactions one was refused; the thirty others in it did not each need one of their own.
        Assert.InRange(await CountAsync("DISTINCT xact::text"), 7, 25);
    }

    [Fact]
    public async Task Each_of_several_that_are_refused_together_hears_its_own_reason()
    {
        await InsertAsync(1);
        await using var blocker = await _data.OpenConnectionAsync(Cancel);
        await using var transaction = await LockTableAsync(blocker);
        // Two run, and are held by the lock. Those that come after them run together: the first leads.
        var running = new[] { InsertAsync(10), InsertAsync(11) };
        var leader = InsertAsync(1);
        var member = _transactions.Begin();
        member.Execute("INSERT INTO t (id) VALUES (NULL)");
        var other = member.CommitAsync(Cancel);
        await transaction.RollbackAsync(Cancel);
        await Task.WhenAll(running);

        Assert.Equal(PostgresErrorCodes.UniqueViolation, (await Assert.ThrowsAsync<PostgresException>(() => leader)).SqlState);
        Assert.Equal(PostgresErrorCodes.NotNullViolation, (await Assert.ThrowsAsync<PostgresException>(() => other)).SqlState);
    }

    [Fact]
    public async Task What_one_brings_happens_as_a_whole()
    {
        await InsertAsync(1);
        var others = Enumerable.Range(100, 50).Select(id => InsertAsync(id));

        await Assert.ThrowsAsync<PostgresException>(() => Task.WhenAll([InsertAsync(2, 1), .. others]));

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
        var transactions = new Transactions(data, new OutboxSignal());
        var runs = Enumerable.Range(0, 100)
            .SelectMany(id => tables.Select(table => (Id: id, Table: table, Run: InsertAsync(transactions, table, Cancel, id)))).ToList();
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
        await using var transaction = await LockTableAsync(blocker);
        // As many as lead at a time, held by the lock; whoever comes after them waits in line.
        var leaders = Enumerable.Range(0, 2).Select(id => InsertAsync(id)).ToList();
        using var patience = new CancellationTokenSource();
        var impatient = InsertAsync(_transactions, "t", patience.Token, 2);
        var patient = InsertAsync(3);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await transaction.RollbackAsync(Cancel);

        await Task.WhenAll([patient, .. leaders]);
        Assert.Equal(3, await CountAsync("id"));
        await InsertAsync(4);
    }

    [Fact]
    public async Task Each_reads_its_own_result_and_those_who_want_the_same_rows_do_not_wait_for_each_other()
    {
        // A deadlock is not resolved in this test's time. The commands are slow, so that there is one unless the order prevents it.
        await using var data = NpgsqlDataSource.Create($"{_database.ConnectionString};Options=-c deadlock_timeout=10min");
        var rows = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToArray();
        await using (var table = data.CreateCommand("CREATE TABLE stock (id uuid PRIMARY KEY, available int NOT NULL)"))
            await table.ExecuteNonQueryAsync(Cancel);
        await using (var table = data.CreateCommand("INSERT INTO stock SELECT unnest($1), 1000"))
        {
            table.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = rows });
            await table.ExecuteNonQueryAsync(Cancel);
        }
        // As two replicas.
        Transactions[] transactions = [new(data, new OutboxSignal()), new(data, new OutboxSignal())];

        async Task<int> BuyAsync(int buyer)
        {
            var read = -1;
            var id = buyer % 100;
            var work = transactions[buyer / 100].Begin(lockKey: id.ToString("000", CultureInfo.InvariantCulture));
            var insert = work.Read(
                "INSERT INTO t (id) SELECT $1 FROM pg_sleep(0.002) ON CONFLICT (id) DO UPDATE SET id = $1 RETURNING id",
                async reader =>
                {
                    Assert.True(await reader.ReadAsync(Cancel));
                    read = reader.GetInt32(0);
                    Assert.False(await reader.ReadAsync(Cancel));
                },
                id);
            foreach (var (_, row) in rows.Index().OrderBy(row => (row.Index + buyer) % rows.Length))
                work.ExecuteLast(row, "UPDATE stock SET available = available - 1 WHERE id = $1 AND pg_sleep(0.002) IS NOT NULL", row);
            await work.CommitAsync(Cancel);
            Assert.Equal(1, insert.RowsAffected);
            return read;
        }

        var order = Enumerable.Range(0, 200).ToArray();
        new Random(7).Shuffle(order);
        var read = await Task.WhenAll(order.Select(BuyAsync)).WaitAsync(TimeSpan.FromSeconds(20), Cancel);

        Assert.Equal(order.Select(buyer => buyer % 100), read);
        await using var count = data.CreateCommand("SELECT array_agg(available) FROM stock");
        var left = (int[])(await count.ExecuteScalarAsync(Cancel))!;
        Assert.Equal([800, 800, 800], left);
    }

    [Fact]
    public async Task Who_leaves_the_line_has_done_nothing_and_those_who_run_go_on()
    {
        await using var blocker = await _data.OpenConnectionAsync(Cancel);
        await using var transaction = await LockTableAsync(blocker);
        using var patience = new CancellationTokenSource();
        var runs = Enumerable.Range(0, 4).Select(id => InsertAsync(_transactions, "t", patience.Token, id)).ToList();

        await patience.CancelAsync();
        foreach (var waited in runs[2..])
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waited);
        await transaction.RollbackAsync(Cancel);

        await Task.WhenAll(runs[..2]);
        Assert.Equal(2, await CountAsync("id"));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_tried_once_for_all_who_share()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var data = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={((IPEndPoint)server.LocalEndpoint).Port};Username=nobody;SSL Mode=Disable");
        var transactions = new Transactions(data, new OutboxSignal());
        // Two lead by themselves, and the others wait for them.
        var runs = Enumerable.Range(0, 30).Select(id => InsertAsync(transactions, "t", Cancel, id)).ToList();

        var all = Task.WhenAll(runs);
        var tries = 0;
        for (var accept = server.AcceptSocketAsync(Cancel).AsTask(); await Task.WhenAny(accept, all) == accept; accept = server.AcceptSocketAsync(Cancel).AsTask())
        {
            tries++;
            (await accept).Close(timeout: 0);
        }

        Assert.All(runs, run => Assert.IsAssignableFrom<NpgsqlException>(run.Exception!.InnerException));
        // Three transactions or four, each of which Npgsql may try to connect for twice; one for each caller would be thirty and more.
        Assert.InRange(tries, 3, 10);
    }

    private static async Task<NpgsqlTransaction> LockTableAsync(NpgsqlConnection connection)
    {
        var transaction = await connection.BeginTransactionAsync(Cancel);
        await using var command = new NpgsqlCommand("LOCK TABLE t", connection, transaction);
        await command.ExecuteNonQueryAsync(Cancel);
        return transaction;
    }

    private Task InsertAsync(params int[] ids) => InsertAsync(_transactions, "t", Cancel, ids);

    private static async Task InsertAsync(Transactions transactions, string table, CancellationToken cancellationToken, params int[] ids)
    {
        var work = transactions.Begin();
        var inserts = ids.Select(id => work.Execute($"INSERT INTO {table} (id) VALUES ($1)", id)).ToList();
        await work.CommitAsync(cancellationToken);
        Assert.All(inserts, insert => Assert.Equal(1, insert.RowsAffected));
    }

    private static NpgsqlBatchCommand Insert(int id, string table) =>
        new($"INSERT INTO {table} (id) VALUES ($1)") { Parameters = { new NpgsqlParameter<int> { TypedValue = id } } };

    private async Task<long> CountAsync(string what, string table = "t")
    {
        await using var count = _data.CreateCommand($"SELECT count({what}) FROM {table}");
        return (long)(await count.ExecuteScalarAsync(Cancel))!;
    }
}
