namespace Aspire.Hosting.Servers;

/// <summary>A server as the distribution packages it.</summary>
/// <param name="Title">Its name for people.</param>
/// <param name="Name">The package's name, as for <c>apt-get install</c>.</param>
/// <param name="IsPart">
/// Tells which of the packages that it depends on, by name, are parts of the server and so always fetched. Of the others only
/// shared libraries that the system lacks are.
/// </param>
/// <param name="IsUsable">Tells whether an unpacked copy, given its root directory, holds the programs to run.</param>
internal sealed record ServerPackage(string Title, string Name, Func<string, bool> IsPart, Func<string, bool> IsUsable)
{
    /// <summary>What has to be changed in the unpacked files so that they run from where they will be: unpacked root, final root.</summary>
    public Action<string, string> Adapt { get; init; } = static (_, _) => { };
}
