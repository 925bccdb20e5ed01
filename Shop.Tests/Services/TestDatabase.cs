using Npgsql;

namespace Shop.Tests.Services;

/// <summary>A fresh empty database on a real PostgreSQL, dropped on dispose.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _database;

    private TestDatabase(NpgsqlConnectionStringBuilder database) => _database = database;

    /// <summary>How to connect to it, for the service under test.</summary>
    public string ConnectionString => _database.ConnectionString;

    /// <summary>A folder for what the service under test writes, like mail. It goes with the database.</summary>
    public string Folder => Path.Combine(Path.GetTempPath(), $"shop-tests-{_database.Database}");

    /// <summary>Makes a database.</summary>
    /// <param name="name">What its name starts with, to tell whose it is; the rest of the name makes it unique.</param>
    public static async Task<TestDatabase> CreateAsync(string name)
    {
        var server = await ServerAsync();
        server.Database = $"{name}_{Guid.NewGuid():N}";
        await OnServerAsync($"create database {server.Database}");
        return new(server);
    }

    public async ValueTask DisposeAsync()
    {
        await OnServerAsync($"drop database if exists {_database.Database} with (force)");
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection((await ServerAsync()).ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnectionStringBuilder> ServerAsync() => new(await TestServers.PostgresAsync()) { MaxPoolSize = 20 };
}
