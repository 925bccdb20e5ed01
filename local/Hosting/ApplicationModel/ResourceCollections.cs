using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>All resources of the application, in the order in which they were declared.</summary>
public interface IResourceCollection : IList<IResource>;

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public ResourceCollection() { }

    public ResourceCollection(IEnumerable<IResource> resources) : base([.. resources]) { }
}

/// <summary>Something said about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>What has been said about one resource, in order.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>What to do with an annotation of the same type that is there already.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>Keep it and add the new one.</summary>
    Append,

    /// <summary>Replace it by the new one.</summary>
    Replace,
}

/// <summary>The application as declared.</summary>
public class DistributedApplicationModel
{
    /// <summary>A model of these resources.</summary>
    public DistributedApplicationModel(IResourceCollection resources) => Resources = resources;

    /// <summary>A model of these resources.</summary>
    public DistributedApplicationModel(IEnumerable<IResource> resources) => Resources = new ResourceCollection(resources);

    /// <summary>All resources, in the order in which they were declared.</summary>
    public IResourceCollection Resources { get; }
}
