using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Starts the resource when another works.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilHealthy, behavior: null);

    /// <summary>Starts the resource when another works.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilHealthy, waitBehavior);

    /// <summary>Starts the resource when another runs, whether it works or not.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilStarted, behavior: null);

    /// <summary>Starts the resource when another runs, whether it works or not.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilStarted, waitBehavior);

    /// <summary>Starts the resource when another has ended with that exit code.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        CheckWait(builder, dependency);
        return builder.WithRelationship(dependency.Resource, KnownRelationshipTypes.WaitFor)
            .WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitForCompletion, exitCode));
    }

    /// <summary>Has the resource started by hand, with the command resource-start.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder) where T : IResource =>
        builder.WithAnnotation(new ExplicitStartupAnnotation());

    private static IResourceBuilder<T> Wait<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitType type, WaitBehavior? behavior)
        where T : IResourceWithWaitSupport
    {
        CheckWait(builder, dependency);
        AddWaits(builder.Resource, dependency.Resource, type, behavior);
        return builder.WithRelationship(dependency.Resource, KnownRelationshipTypes.WaitFor);
    }

    // A resource that lives in another cannot work before the other does.
    private static void AddWaits(IResource resource, IResource dependency, WaitType type, WaitBehavior? behavior)
    {
        if (dependency is IResourceWithParent { Parent: var parent })
            AddWaits(resource, parent, type, behavior);
        resource.Annotations.Add(new WaitAnnotation(dependency, type) { WaitBehavior = behavior });
    }

    private static void CheckWait<T>(IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dependency);
        IResource resource = builder.Resource;
        if (resource == dependency.Resource)
            throw new DistributedApplicationException($"The '{resource.Name}' resource cannot wait for itself.");
        if (resource is IResourceWithParent child && child.Parent == dependency.Resource)
            throw new DistributedApplicationException($"The '{resource.Name}' resource cannot wait for its parent '{dependency.Resource.Name}'.");
    }
}
