using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Shop.Messaging.Inbox;

namespace Shop.Messaging.Consuming;

/// <summary>The message could not be handled now and should be tried again, for as long as it takes.</summary>
public sealed class TransientException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The message can never be handled: it goes to the dead letters.</summary>
public sealed class PermanentException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>What a failure means for the message.</summary>
public enum Fault
{
    /// <summary>Try again until it works: something that the message needs is away.</summary>
    Transient,

    /// <summary>Trying again cannot help.</summary>
    Permanent,

    /// <summary>Nobody knows: worth a few tries.</summary>
    Unknown,

    /// <summary>No failure: the inbox says that the message has been handled before.</summary>
    AlreadyHandled,
}

/// <summary>Tells faults that pass from faults that stay.</summary>
public static class Faults
{
    /// <summary>Classifies what a handler or its batch has thrown, other than for its own cancellation.</summary>
    public static Fault Classify(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: InboxRow.KeyName } => Fault.AlreadyHandled,
        DbException { IsTransient: true } or TransientException or TimeoutException or SocketException => Fault.Transient,
        HttpRequestException or IOException or OperationCanceledException => Fault.Transient,
        PostgresException postgres => OfDatabase(postgres.SqlState),
        // A connection that broke, or a pool with none to give.
        NpgsqlException => Fault.Transient,
        PermanentException or JsonException => Fault.Permanent,
        // What EF and others wrap around the cause.
        { InnerException: { } cause } => Classify(cause),
        _ => Fault.Unknown,
    };

    // By the class of the SQLSTATE. Some that Npgsql does not call transient pass all the same, when an operator has put it right: the
    // server not as it should be says nothing about the message.
    private static Fault OfDatabase(string sqlState) => sqlState[..2] switch
    {
        // data, integrity
        "22" or "23" => Fault.Permanent,
        "25" when sqlState == PostgresErrorCodes.ReadOnlySqlTransaction => Fault.Transient,
        // connection, login, database missing, resources, shutdown, system
        "08" or "28" or "3D" or "53" or "57" or "58" => Fault.Transient,
        _ => Fault.Unknown,
    };
}
