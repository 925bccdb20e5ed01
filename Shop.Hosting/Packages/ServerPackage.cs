namespace Shop.Hosting.Packages;

/// <summary>A server as Debian and Ubuntu package it.</summary>
/// <param name="Title">Its name for people.</param>
/// <param name="Name">The package's name, as for <c>apt-get install</c>.</param>
/// <param name="IsPart">
/// Whether the dependency with this name is part of the server, and so always fetched. Of the other dependencies only shared libraries are
/// fetched, and only those that the system lacks.
/// </param>
internal sealed record ServerPackage(string Title, string Name, Func<string, bool> IsPart)
{
    /// <summary>Adapts the unpacked files to their final place: (unpacked root, final root).</summary>
    public Action<string, string> Relocate { get; init; } = static (_, _) => { };
}
