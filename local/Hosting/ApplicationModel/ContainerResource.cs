namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// A server. The official backend runs it in a container; this one runs the servers that it knows as processes of their own
/// and reports any other as failed to start.
/// </summary>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IComputeResource
{
    /// <summary>The command in the container; null for the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}

/// <summary>Where a server keeps data that survives the run.</summary>
public sealed class ContainerMountAnnotation : IResourceAnnotation
{
    /// <summary>Mounts that volume or directory.</summary>
    /// <exception cref="ArgumentException">A directory must be given by its full path, and must be given at all.</exception>
    public ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly)
    {
        if (type is ContainerMountType.BindMount && !Path.IsPathRooted(source ?? throw new ArgumentNullException(nameof(source))))
            throw new ArgumentException("Source path must be rooted", nameof(source));

        Source = source;
        Target = target;
        Type = type;
        IsReadOnly = isReadOnly;
    }

    /// <summary>The name of the volume, or the path of the directory; null for a volume without a name.</summary>
    public string? Source { get; }

    /// <summary>The path that the server sees.</summary>
    public string Target { get; }

    /// <summary>Whether it is a volume or a directory.</summary>
    public ContainerMountType Type { get; }

    /// <summary>Whether the server may only read.</summary>
    public bool IsReadOnly { get; }
}

/// <summary>What is mounted.</summary>
public enum ContainerMountType
{
    /// <summary>A directory of the machine.</summary>
    BindMount,

    /// <summary>A named volume.</summary>
    Volume,
}
