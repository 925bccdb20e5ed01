namespace Shop.Hosting.Packages;

/// <summary>A server as Debian and Ubuntu package it.</summary>
/// <param name="Title">Its name for people.</param>
/// <param name="Name">The package's name, as for <c>apt-get install</c>.</param>
/// <param name="IsPart">
/// Tells by name which of the packages that it needs are parts of the server and so always fetched. Of the others only shared libraries that
/// the system lacks are.
/// </param>
internal sealed record ServerPackage(string Title, string Name, Func<string, bool> IsPart)
{
    /// <summary>Changes unpacked files so that they run from where they will be: (unpacked root, final root).</summary>
    public Action<string, string> Relocate { get; init; } = static (_, _) => { };
}
