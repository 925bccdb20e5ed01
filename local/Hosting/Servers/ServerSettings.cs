namespace Aspire.Hosting.Servers;

/// <summary>What a server is to be started with.</summary>
/// <param name="Port">The TCP port to listen on, on loopback only.</param>
/// <param name="UserName">The administrator's name.</param>
/// <param name="Password">The administrator's password. It takes effect when the data directory is first filled.</param>
/// <param name="DataDirectory">Where the data lives; created when missing, kept when the server stops.</param>
/// <param name="RunDirectory">For what belongs to this run alone: configuration, sockets. Not shared with another server.</param>
internal sealed record ServerSettings(int Port, string UserName, string Password, string DataDirectory, string RunDirectory);
