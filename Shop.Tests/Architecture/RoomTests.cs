using System.Reflection;
using ArchUnitNET.Loader;

namespace Shop.Tests.Architecture;

/// <summary>Between the top-level folders of a service, dependencies point one way. Types in the service's root namespace (Program, the DbContext, a layout) may use all.</summary>
public sealed class RoomTests
{
    [Theory]
    [InlineData("Shop.Auth")]
    [InlineData("Shop.Product")]
    [InlineData("Shop.Payment")]
    [InlineData("Shop.Web")]
    [InlineData("Shop.Admin")]
    public void No_cycle_between_the_folders_of_a_service(string service)
    {
        var uses = new ArchLoader().LoadAssembly(Assembly.Load(service)).Build().Types
            .SelectMany(type => type.Dependencies, (type, dependency) => (From: Room(service, type.FullName), To: Room(service, dependency.Target.FullName), Because: $"{type.FullName} -> {dependency.Target.FullName}"))
            .Where(use => use.From is not null && use.To is not null && use.From != use.To)
            .ToList();
        Assert.NotEmpty(uses);

        // Folders that use no other are removed, one after another. What remains is a cycle, or uses one.
        while (uses.RemoveAll(use => !uses.Any(next => next.From == use.To)) > 0)
        {
        }

        Assert.Empty(uses.Select(use => $"{use.From} uses {use.To}: {use.Because}").Distinct().Order());
    }

    /// <summary>The folder directly below the service's root; null for the root and for other assemblies.</summary>
    private static string? Room(string service, string type) =>
        type.StartsWith(service + ".", StringComparison.Ordinal) && type[(service.Length + 1)..].Split('.') is [var room, _, ..] ? room : null;
}
