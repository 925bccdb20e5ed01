namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says what a resource has to do with another.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What it is: Parent, Reference, WaitFor or a word of one's own.</summary>
    public string Type { get; } = type;
}

/// <summary>Says what a reference puts into the environment.</summary>
[Flags]
public enum ReferenceEnvironmentInjectionFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The connection string.</summary>
    ConnectionString = 1,

    /// <summary>The parts of the connection string, each by itself.</summary>
    ConnectionProperties = 2,

    /// <summary>Variables for service discovery.</summary>
    ServiceDiscovery = 4,

    /// <summary>The URLs of endpoints.</summary>
    Endpoints = 8,

    /// <summary>Everything.</summary>
    All = ConnectionString | ConnectionProperties | ServiceDiscovery | Endpoints,
}

/// <summary>Says what references put into the environment of a resource.</summary>
public sealed class ReferenceEnvironmentInjectionAnnotation(ReferenceEnvironmentInjectionFlags flags) : IResourceAnnotation
{
    /// <summary>What they put there.</summary>
    public ReferenceEnvironmentInjectionFlags Flags { get; } = flags;
}

/// <summary>Gives a resource the connection string of another.</summary>
public class ConnectionStringRedirectAnnotation(IResourceWithConnectionString resource) : IResourceAnnotation
{
    /// <summary>The other.</summary>
    public IResourceWithConnectionString Resource { get; } = resource ?? throw new ArgumentNullException(nameof(resource));
}

/// <summary>Adds a part to those of the connection string.</summary>
public sealed class ConnectionPropertyAnnotation(string name, ReferenceExpression referenceExpression) : IResourceAnnotation
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Its value.</summary>
    public ReferenceExpression Value { get; } = referenceExpression ?? throw new ArgumentNullException(nameof(referenceExpression));
}

/// <summary>The endpoints of another resource that a resource refers to.</summary>
internal sealed class EndpointReferenceAnnotation(IResourceWithEndpoints resource) : IResourceAnnotation
{
    public IResourceWithEndpoints Resource => resource;

    public bool UseAllEndpoints { get; set; }

    public HashSet<string> EndpointNames { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Puts the initial state of a resource before anything has happened to it.</summary>
public class ResourceSnapshotAnnotation(CustomResourceSnapshot initialSnapshot) : IResourceAnnotation
{
    /// <summary>That state.</summary>
    public CustomResourceSnapshot InitialSnapshot { get; } = initialSnapshot ?? throw new ArgumentNullException(nameof(initialSnapshot));
}

/// <summary>Gives a resource an icon.</summary>
public sealed class ResourceIconAnnotation(string iconName, IconVariant iconVariant = IconVariant.Filled) : IResourceAnnotation
{
    /// <summary>Its name among the Fluent UI icons.</summary>
    public string IconName { get; } = iconName ?? throw new ArgumentNullException(nameof(iconName));

    /// <summary>How it is drawn.</summary>
    public IconVariant IconVariant { get; } = iconVariant;
}

/// <summary>Marks a resource that sends telemetry.</summary>
public class OtlpExporterAnnotation : IResourceAnnotation
{
    /// <summary>The protocol it insists on; null for what is there.</summary>
    public OtlpProtocol? RequiredProtocol { get; init; }
}
