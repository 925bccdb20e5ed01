using System.Text.Json;
using Npgsql;
using Shop.Messaging.Inbox;
using Shop.ServiceDefaults.Errors;

namespace Shop.Messaging.Consuming;

/// <summary>The message can never be handled: it goes to the dead letters.</summary>
public sealed class PermanentException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>What a failure means for the message.</summary>
public enum FailureKind
{
    /// <summary>Try again until it works: something that the message needs is unavailable.</summary>
    Transient,

    /// <summary>Trying again cannot help.</summary>
    Permanent,

    /// <summary>Not known: worth a few tries.</summary>
    Unknown,

    /// <summary>No failure: the inbox says that the message has been handled before.</summary>
    AlreadyHandled,
}

/// <summary>Tells failures that pass from failures that stay.</summary>
public static class Failures
{
    /// <summary>Classifies what a handler or its commit has thrown, other than for its own cancellation.</summary>
    public static FailureKind Classify(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: InboxRow.KeyName } => FailureKind.AlreadyHandled,
        PermanentException or JsonException => FailureKind.Permanent,
        TimeoutException or HttpRequestException or IOException or OperationCanceledException => FailureKind.Transient,
        _ when UnavailableException.IsBehind(exception) => FailureKind.Transient,
        // Classes of SQLSTATE: data, integrity.
        PostgresException { SqlState: ['2', '2' or '3', ..] } => FailureKind.Permanent,
        // What EF Core and others wrap around the cause.
        { InnerException: { } cause } => Classify(cause),
        _ => FailureKind.Unknown,
    };
}
