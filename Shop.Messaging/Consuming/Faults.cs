using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Shop.Messaging.Inbox;

namespace Shop.Messaging;

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
        // Shutdown and failover, which Npgsql does not all count as transient; then integrity (23) and data (22).
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction } => Fault.Transient,
        PostgresException { SqlState: ['2', '2' or '3', ..] } => Fault.Permanent,
        PostgresException => Fault.Unknown,
        // A connection that broke, or a pool with none to give.
        NpgsqlException => Fault.Transient,
        PermanentException or JsonException => Fault.Permanent,
        // What EF and others wrap around the cause.
        { InnerException: { } cause } => Classify(cause),
        _ => Fault.Unknown,
    };
}
