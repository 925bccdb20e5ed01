using System.Data;
using System.Data.Common;
using Npgsql;

namespace Shop.Messaging.Database;

/// <summary>
/// Runs statements prepared: the server parses and plans each once for a connection, which is most of its work for a short one. They are prepared
/// before they have values, and only run after that. Npgsql's automatic preparation does both at once, and when a value is refused in between (by the
/// driver or the server, or the caller gives up) it takes the statement for prepared though it is not: the next caller on that connection then fails.
/// <para>
/// The server keeps what is prepared for as long as the connection lives: only for texts of which there are few, whatever a caller asks for.
/// </para>
/// </summary>
public static class PreparedStatements
{
    /// <summary>Prepares the statement, unless the connection knows it, and runs it. The connection is the reader's, and goes back to the pool with it.</summary>
    /// <param name="database">Where the connection comes from.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="values">Its parameters <c>$1</c>, <c>$2</c>, ...</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NpgsqlException">The command has failed, or the server cannot be reached.</exception>
    public static Task<NpgsqlDataReader> ReadPreparedAsync(
        this NpgsqlDataSource database, string sql, ReadOnlySpan<SqlValue> values, CancellationToken cancellationToken = default)
    {
        var command = new NpgsqlCommand(sql);
        SqlValue.AddTo(command.Parameters, values);
        return database.ReadPreparedAsync(command, cancellationToken);
    }

    /// <summary>As the other, for a statement that returns nothing.</summary>
    /// <returns>How many rows it has changed.</returns>
    public static async Task<int> ExecutePreparedAsync(this NpgsqlDataSource database, string sql, SqlValue[] values, CancellationToken cancellationToken = default)
    {
        await using var reader = await database.ReadPreparedAsync(sql, values, cancellationToken);
        await reader.ToEndAsync(cancellationToken);
        return reader.RecordsAffected;
    }

    /// <summary>Prepares the command, unless its connection knows it, and runs it. The connection is the reader's, and goes back to the pool with it.</summary>
    /// <param name="database">Where the connection comes from.</param>
    /// <param name="command">A command without a connection; each of its parameters has a type.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NpgsqlException">The command has failed, or the server cannot be reached.</exception>
    public static Task<NpgsqlDataReader> ReadPreparedAsync(
        this NpgsqlDataSource database, NpgsqlCommand command, CancellationToken cancellationToken = default) => RunAsync(
            database,
            connection =>
            {
                command.Connection = connection;
                return command.PrepareAsync(cancellationToken);
            },
            () => command.ExecuteReaderAsync(CommandBehavior.CloseConnection, cancellationToken),
            cancellationToken);

    /// <summary>Prepares the commands of the batch that its connection does not know, and runs it, in one transaction. The connection is the reader's.</summary>
    /// <param name="database">Where the connection comes from.</param>
    /// <param name="batch">A batch without a connection.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NpgsqlException">A command has failed, or the server cannot be reached.</exception>
    public static Task<NpgsqlDataReader> ReadPreparedAsync(
        this NpgsqlDataSource database, NpgsqlBatch batch, CancellationToken cancellationToken = default) => RunAsync(
            database,
            connection =>
            {
                batch.Connection = connection;
                return batch.PrepareAsync(cancellationToken);
            },
            () => batch.ExecuteReaderAsync(CommandBehavior.CloseConnection, cancellationToken),
            cancellationToken);

    /// <summary>As <see cref="ReadPreparedAsync(NpgsqlDataSource, NpgsqlCommand, CancellationToken)"/>; not prepared where its text is one of many.</summary>
    public static Task<NpgsqlDataReader> ReadAsync(
        this NpgsqlDataSource database, NpgsqlCommand command, bool prepared, CancellationToken cancellationToken = default) => prepared
            ? database.ReadPreparedAsync(command, cancellationToken)
            : RunAsync(
                database,
                connection =>
                {
                    command.Connection = connection;
                    return Task.CompletedTask;
                },
                () => command.ExecuteReaderAsync(CommandBehavior.CloseConnection, cancellationToken),
                cancellationToken);

    /// <summary>Reads what is left. Only then has what was written been committed.</summary>
    public static async Task ToEndAsync(this DbDataReader reader, CancellationToken cancellationToken = default)
    {
        while (await reader.NextResultAsync(cancellationToken))
        {
        }
    }

    private static async Task<NpgsqlDataReader> RunAsync(
        NpgsqlDataSource database, Func<NpgsqlConnection, Task> prepare, Func<Task<NpgsqlDataReader>> execute, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await PrepareAsync(connection, prepare);
            return await execute();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, Func<NpgsqlConnection, Task> prepare)
    {
        try
        {
            await prepare(connection);
        }
        // A batch that the driver refuses half-way would leave those before marked as being prepared. The next caller begins anew.
        catch (Exception exception) when (exception is not DbException && connection.State is ConnectionState.Open)
        {
            connection.UnprepareAll();
            throw;
        }
    }
}
