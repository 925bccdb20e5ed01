using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One process of a resource: its id is the resource's name, a hyphen and the suffix.</summary>
internal sealed record ResourceInstanceId(string Name, string Suffix)
{
    private const string Letters = "abcdefghjkmnpqrstuvwxyz";
    private const int SuffixLength = 8;

    public string Value => $"{Name}-{Suffix}";

    public static ResourceInstanceId New(string name) => new(name, RandomNumberGenerator.GetString(Letters, SuffixLength));
}

/// <summary>The processes of a resource. A resource without this annotation has none, and its name is its id.</summary>
internal sealed class ResourceInstancesAnnotation(IReadOnlyList<ResourceInstanceId> instances) : IResourceAnnotation
{
    public IReadOnlyList<ResourceInstanceId> Instances => instances;
}

internal static class ResourceInstances
{
    /// <summary>Whether the orchestrator runs processes for that resource.</summary>
    public static bool HasProcess(this IResource resource) => resource is ContainerResource or ProjectResource or ExecutableResource;

    /// <summary>Whether the state of that resource is its own, not that of the one it lives in.</summary>
    public static bool HasOwnLifetime(this IResource resource) =>
        resource.HasProcess() || resource is ParameterResource or ConnectionStringResource or ExternalServiceResource;

    /// <summary>The ids of the resource: one for each process, or its name.</summary>
    public static IReadOnlyList<string> GetIds(this IResource resource) =>
        resource.TryGetLastAnnotation<ResourceInstancesAnnotation>(out var annotation)
            ? [.. annotation.Instances.Select(i => i.Value)]
            : [resource.Name];
}
