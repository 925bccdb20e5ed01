using System.Data.Common;
using System.Net.Sockets;
using Polly;

namespace Shop.ServiceDefaults.Errors;

/// <summary>Something that the request needs is away for the moment: the client is told 503 and when to come back.</summary>
public sealed class UnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// Whether what went wrong is that a database, broker or service is away. EF Core and client libraries wrap the fault, at most a few levels
    /// deep, so the causes are looked through as well.
    /// </summary>
    public static bool IsBehind(Exception? exception) => exception switch
    {
        null => false,
        UnavailableException => true,
        DbException { IsTransient: true } => true,
        SocketException or ExecutionRejectedException => true,
        HttpRequestException { StatusCode: null } => true,
        _ => IsBehind(exception.InnerException),
    };
}
