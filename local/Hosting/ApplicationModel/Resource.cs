namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the distributed application: a server, a database, a project, a parameter.</summary>
public interface IResource
{
    /// <summary>The name, unique in the application without regard to case.</summary>
    string Name { get; }

    /// <summary>What has been said about the resource while it was declared.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>Base of all resources.</summary>
public abstract class Resource : IResource
{
    /// <summary>Makes a resource with that name.</summary>
    /// <exception cref="ArgumentException">The name is not one: 1 to 64 ASCII letters, digits and single hyphens, beginning with a letter.</exception>
    protected Resource(string name)
    {
        ModelName.Validate(nameof(Resource), name);
        Name = name;
    }

    /// <inheritdoc />
    public virtual string Name { get; }

    /// <inheritdoc />
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>A resource whose process takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource whose process takes arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens on named endpoints.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that can wait for others before it starts.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that never runs, such as a parameter: nobody waits for it.</summary>
public interface IResourceWithoutLifetime : IResource;

/// <summary>A resource that runs something.</summary>
public interface IComputeResource : IResource;

/// <summary>A resource that lives inside another, as a database does in its server.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource that this one lives in.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that lives inside another of a known type.</summary>
public interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
{
    /// <summary>The resource that this one lives in.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}
