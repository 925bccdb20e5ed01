namespace Shop.Hosting;

/// <summary>A server cannot be started on this machine. The message says what to do, in one sentence.</summary>
internal sealed class ServerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
