namespace Aspire.Hosting.ApplicationModel;

/// <summary>Declares one resource further.</summary>
public interface IResourceBuilder<out T> where T : IResource
{
    /// <summary>The builder of the application that the resource belongs to.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The resource.</summary>
    T Resource { get; }

    /// <summary>Adds a new annotation of that type.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(
        ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation, new() => WithAnnotation(new TAnnotation(), behavior);

    /// <summary>Adds the annotation, or puts it in the place of the one of its type.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(
        TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation;
}

internal sealed class ResourceBuilder<T>(IDistributedApplicationBuilder applicationBuilder, T resource) : IResourceBuilder<T>
    where T : IResource
{
    public IDistributedApplicationBuilder ApplicationBuilder => applicationBuilder;

    public T Resource => resource;

    public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior)
        where TAnnotation : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(annotation);
        if (behavior is not (ResourceAnnotationMutationBehavior.Append or ResourceAnnotationMutationBehavior.Replace))
            throw new ArgumentOutOfRangeException(nameof(behavior), behavior, "Neither Append nor Replace.");

        if (behavior is ResourceAnnotationMutationBehavior.Replace && resource.Annotations.OfType<TAnnotation>().SingleOrDefault() is { } existing)
            resource.Annotations.Remove(existing);

        resource.Annotations.Add(annotation);
        return this;
    }
}
