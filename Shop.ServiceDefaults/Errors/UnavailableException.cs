namespace Shop.ServiceDefaults;

/// <summary>Something that the request needs is away for the moment: the client is told 503 and when to come back.</summary>
public sealed class UnavailableException(string message, Exception? cause = null) : Exception(message, cause);
