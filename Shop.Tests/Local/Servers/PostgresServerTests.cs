using System.Diagnostics;
using Aspire.Hosting.Servers;
using Npgsql;

namespace Shop.Tests.Local.Servers;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task PostgreSQL_lets_in_with_the_right_password_only()
    {
        await using var server = new ServerRun(PostgresServer.StartAsync);
        await server.StartAsync(AcceptsAsync);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(server.Settings with { Password = "wrong" }, "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        Assert.StartsWith("SCRAM-SHA-256$",
            await QueryAsync(server.Settings, "select rolpassword from pg_authid where rolname = current_user"), StringComparison.Ordinal);
        Assert.Equal("UTF8", await QueryAsync(server.Settings, "show server_encoding"));
        Assert.Equal("127.0.0.1", await QueryAsync(server.Settings, "show listen_addresses"));
        Assert.Equal("on", await QueryAsync(server.Settings, "show fsync"));
        Assert.Empty(Directory.GetFiles(server.Settings.RunDirectory, "password"));
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task PostgreSQLs_data_survives_a_kill()
    {
        await using var server = new ServerRun(PostgresServer.StartAsync);
        await server.StartAsync(AcceptsAsync);
        await QueryAsync(server.Settings, "create table kept as select 'here' as value; select value from kept");

        server.Process.Kill();
        Assert.Equal(128 + 9, await server.Process.Completion);
        await server.StartAsync(AcceptsAsync);

        Assert.Equal("here", await QueryAsync(server.Settings, "select value from kept"));
    }

    [Fact]
    public async Task An_interrupted_initialisation_is_done_again()
    {
        await using var server = new ServerRun((settings, log, ct) =>
        {
            var unfinished = Path.Combine(settings.DataDirectory, "data.new");
            Directory.CreateDirectory(unfinished);
            File.WriteAllText(Path.Combine(unfinished, "PG_VERSION"), "15");
            return PostgresServer.StartAsync(settings, log, ct);
        });
        await server.StartAsync(AcceptsAsync);

        Assert.Equal("1", await QueryAsync(server.Settings, "select 1::text"));
    }

    [Fact]
    public async Task A_process_id_that_a_killed_server_left_does_no_harm()
    {
        await using var server = new ServerRun(PostgresServer.StartAsync);
        await server.StartAsync(AcceptsAsync);
        await server.StopAsync();

        // Another program has the number now: this one.
        var file = Path.Combine(server.Settings.DataDirectory, "data", "postmaster.pid");
        await File.WriteAllTextAsync(file, $"{Environment.ProcessId}\n", TestContext.Current.CancellationToken);
        await server.StartAsync(AcceptsAsync);

        Assert.Equal("1", await QueryAsync(server.Settings, "select 1::text"));
    }

    [Fact]
    public async Task The_children_of_a_killed_server_end_before_the_next_one_starts()
    {
        await using var server = new ServerRun(PostgresServer.StartAsync);
        await server.StartAsync(AcceptsAsync);
        await server.StopAsync();

        var data = Path.Combine(server.Settings.DataDirectory, "data");
        await File.WriteAllTextAsync(Path.Combine(data, "postmaster.pid"), $"{int.MaxValue}\n", TestContext.Current.CancellationToken);
        var busy = Path.Combine(server.Settings.RunDirectory, "postgres");
        File.Copy("/bin/sleep", busy, overwrite: true);
        using var child = Process.Start(new ProcessStartInfo(busy, "600") { WorkingDirectory = data })!;
        using var other = Process.Start(new ProcessStartInfo("sleep", "600") { WorkingDirectory = data })!;
        await server.StartAsync(AcceptsAsync);

        Assert.True(child.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public async Task Two_servers_do_not_share_their_data()
    {
        await using var server = new ServerRun(PostgresServer.StartAsync);
        await server.StartAsync(AcceptsAsync);

        var refused = await Assert.ThrowsAsync<ServerUnavailableException>(() => PostgresServer.StartAsync(
            server.Settings with { Port = LoopbackPort.Free() }, (_, _) => { }, TestContext.Current.CancellationToken));
        Assert.Contains("in use by another run", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> AcceptsAsync(ServerSettings settings, CancellationToken ct)
    {
        try
        {
            await QueryAsync(settings, "select 1");
            return true;
        }
        catch (NpgsqlException e) when (e.IsTransient)
        {
            ct.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static async Task<string?> QueryAsync(ServerSettings settings, string sql)
    {
        var ct = TestContext.Current.CancellationToken;
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = settings.Port,
            Username = settings.UserName,
            Password = settings.Password,
            Database = "postgres",
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(ct))?.ToString();
    }
}
