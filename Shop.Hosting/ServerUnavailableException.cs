namespace Shop.Hosting;

/// <summary>A server cannot be started on this machine. The message is one sentence that says what to do about it.</summary>
internal sealed class ServerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
