using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;
using Shop.Hosting;

namespace Shop.Tests.Hosting;

public sealed class PostgresProcessTests
{
    private static readonly string Volume = $"test-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_listens_on_loopback_only_asks_for_its_password_and_takes_its_files_along()
    {
        var builder = await ServersApp.NewBuilderAsync();
        builder.AddPostgres("pg").RunAsProcess().WithArgs("-c", "log_statement=all").AddDatabase("shelf");
        string directory;
        await using (var app = await ServersApp.StartAsync(builder))
        {
            var shelf = await app.ConnectionStringAsync("shelf");
            Assert.Equal("*", await QueryAsync(shelf, "select case when inet_server_addr() = '127.0.0.1' then '*' end"));
            Assert.Equal("shelf", await QueryAsync(shelf, "select current_database()"));
            Assert.Equal("127.0.0.1", await QueryAsync(shelf, "show listen_addresses"));
            Assert.Equal("all", await QueryAsync(shelf, "show log_statement"));
            var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(new NpgsqlConnectionStringBuilder(shelf) { Password = "guess" }.ConnectionString, "select 'x'"));
            Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);

            directory = ServersApp.RunDirectoryOf(app.ProcessOf("pg"));
            Assert.True(Directory.Exists(directory));
            Assert.Contains(app.Console, line => line.StartsWith("pg runs as a process: ", StringComparison.Ordinal));
        }

        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_killed_server_comes_back_on_the_same_port_with_what_was_committed()
    {
        var builder = await ServersApp.NewBuilderAsync();
        builder.AddPostgres("pg").RunAsProcess().AddDatabase("shelf");
        await using var app = await ServersApp.StartAsync(builder);
        var shelf = await app.ConnectionStringAsync("shelf");
        await QueryAsync(shelf, "create table kept as select 'still here' as text; select 'made'");

        ProcessTree.Send(app.ProcessOf("pg"), ProcessTree.Kill);
        await app.StateAsync("pg", KnownResourceStates.Finished);
        await app.StateAsync("shelf", KnownResourceStates.Finished);
        await app.CommandAsync("pg", KnownResourceCommands.StartCommand);

        Assert.Equal(shelf, await app.ConnectionStringAsync("shelf"));
        await Eventually.EqualAsync("still here", () => TryQueryAsync(shelf, "select text from kept"));
    }

    [Fact]
    public async Task Stop_ends_sessions_that_are_open_and_start_brings_the_server_back()
    {
        var builder = await ServersApp.NewBuilderAsync();
        builder.AddPostgres("pg").RunAsProcess();
        await using var app = await ServersApp.StartAsync(builder);
        var connectionString = await app.ConnectionStringAsync("pg");
        await using var idle = new NpgsqlConnection(connectionString + ";Pooling=false;Database=postgres");
        await idle.OpenAsync(Cancel);

        await app.CommandAsync("pg", KnownResourceCommands.StopCommand);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => QueryAsync(connectionString + ";Database=postgres", "select 'x'"));

        await app.CommandAsync("pg", KnownResourceCommands.RestartCommand);
        await Eventually.EqualAsync("back", () => TryQueryAsync(connectionString + ";Database=postgres", "select 'back'"));
    }

    [Fact]
    public async Task A_volume_keeps_its_data_from_run_to_run_and_takes_the_password_of_each_run()
    {
        try
        {
            await using (var first = await StartOnVolumeAsync("one'two"))
                await QueryAsync(await first.ConnectionStringAsync("shelf"), "create table kept as select 'still here' as text; select 'made'");

            await using var second = await StartOnVolumeAsync("another");
            Assert.Equal("still here", await QueryAsync(await second.ConnectionStringAsync("shelf"), "select text from kept"));
        }
        finally
        {
            Directory.Delete(VolumeDirectory, recursive: true);
        }
    }

    [Fact]
    public async Task Data_of_another_major_version_are_left_alone_and_the_console_says_what_to_do()
    {
        var directory = Directory.CreateTempSubdirectory("other-version-");
        try
        {
            if (OperatingSystem.IsLinux())
                File.SetUnixFileMode(directory.FullName, (UnixFileMode)Convert.ToInt32("755", 8));
            directory.CreateSubdirectory("data");
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "data", "PG_VERSION"), "9\n", Cancel);
            var builder = await ServersApp.NewBuilderAsync();
            builder.AddPostgres("pg").RunAsProcess().WithDataBindMount(directory.FullName);
            await using var app = await ServersApp.StartAsync(builder);

            await Eventually.TrueAsync(
                () => Task.FromResult(app.Console.Any(line => line.StartsWith("pg ended (exit code 78): The data in", StringComparison.Ordinal)
                    && line.Contains("are of PostgreSQL 9 and this is PostgreSQL", StringComparison.Ordinal))),
                "the console says whose data these are");
            Assert.Equal(["PG_VERSION"], Directory.EnumerateFileSystemEntries(Path.Combine(directory.FullName, "data")).Select(Path.GetFileName));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Two_runs_on_one_volume_do_not_both_write_to_it()
    {
        try
        {
            await using var first = await StartOnVolumeAsync("one");
            await first.ConnectionStringAsync("shelf");
            await using var second = await StartOnVolumeAsync("one");

            await Eventually.TrueAsync(
                () => Task.FromResult(second.Console.Any(line => line.Contains("are in use by another run", StringComparison.Ordinal))),
                "the second run says why it does not start");
            Assert.Equal("up", await QueryAsync(await first.ConnectionStringAsync("shelf"), "select 'up'"));
        }
        finally
        {
            Directory.Delete(VolumeDirectory, recursive: true);
        }
    }

    private static string VolumeDirectory => Path.Combine(ServerDirectories.Volumes(), Volume);

    private static async Task<ServersApp> StartOnVolumeAsync(string password)
    {
        var builder = await ServersApp.NewBuilderAsync($"--Parameters:pg-secret={password}");
        builder.AddPostgres("pg", password: builder.AddParameter("pg-secret", secret: true)).RunAsProcess().WithDataVolume(Volume).AddDatabase("shelf");
        return await ServersApp.StartAsync(builder);
    }

    private static async Task<string?> QueryAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(Cancel);
    }

    private static async Task<string?> TryQueryAsync(string connectionString, string sql)
    {
        try
        {
            return await QueryAsync(connectionString, sql);
        }
        catch (NpgsqlException)
        {
            // Not back yet.
            return null;
        }
    }
}
