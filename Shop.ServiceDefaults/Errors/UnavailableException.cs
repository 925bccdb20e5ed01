using System.Data.Common;
using System.Net.Sockets;
using Polly;

namespace Shop.ServiceDefaults.Errors;

/// <summary>Something that a request or a message needs is unavailable: a client is answered 503 with <c>Retry-After</c>, a message is tried again.</summary>
public sealed class UnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// Whether the cause is a database, broker or service that is unavailable. EF Core and client libraries wrap it, so inner exceptions are looked at,
    /// too.
    /// </summary>
    public static bool IsBehind(Exception? exception) => exception switch
    {
        null => false,
        UnavailableException => true,
        // No SQLSTATE: the connection, not the server, reports the failure. Classes of those that pass: connection, login, missing database,
        // resources, shutdown, system; and a standby that takes no writes.
        DbException { IsTransient: true } or DbException { SqlState: null or "25006" } => true,
        DbException { SqlState: ['0', '8', ..] or ['2', '8', ..] or ['3', 'D', ..] or ['5', '3' or '7' or '8', ..] } => true,
        SocketException or ExecutionRejectedException => true,
        HttpRequestException { StatusCode: null } => true,
        _ => IsBehind(exception.InnerException),
    };
}
