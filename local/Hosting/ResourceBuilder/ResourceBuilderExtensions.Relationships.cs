using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Says what the resource has to do with another, in a word.</summary>
    public static IResourceBuilder<T> WithRelationship<T>(this IResourceBuilder<T> builder, IResource resource, string type) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(type);
        return builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, type));
    }

    /// <summary>Says that the resource refers to another.</summary>
    public static IResourceBuilder<T> WithReferenceRelationship<T>(this IResourceBuilder<T> builder, IResource resource) where T : IResource =>
        builder.WithRelationship(resource, KnownRelationshipTypes.Reference);

    /// <summary>Says that the resource refers to another.</summary>
    public static IResourceBuilder<T> WithReferenceRelationship<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> resourceBuilder) where T : IResource =>
        builder.WithRelationship(resourceBuilder.Resource, KnownRelationshipTypes.Reference);

    /// <summary>Says that the resource refers to all that the text is made of.</summary>
    public static IResourceBuilder<T> WithReferenceRelationship<T>(this IResourceBuilder<T> builder, ReferenceExpression expression) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(expression);
        builder.LinkReferences(expression.ValueProviders);
        return builder;
    }

    /// <summary>Shows the resource below another.</summary>
    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResource parent) where T : IResource =>
        builder.WithRelationship(parent, KnownRelationshipTypes.Parent);

    /// <summary>Shows the resource below another.</summary>
    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> parent)
        where T : IResource => builder.WithParentRelationship(parent.Resource);

    /// <summary>Shows another resource below this one.</summary>
    public static IResourceBuilder<T> WithChildRelationship<T>(this IResourceBuilder<T> builder, IResource child) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(child);
        child.Annotations.Add(new ResourceRelationshipAnnotation(builder.Resource, KnownRelationshipTypes.Parent));
        return builder;
    }

    /// <summary>Shows another resource below this one.</summary>
    public static IResourceBuilder<T> WithChildRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> child)
        where T : IResource => builder.WithChildRelationship(child.Resource);

    /// <summary>Gives the resource an icon.</summary>
    public static IResourceBuilder<T> WithIconName<T>(
        this IResourceBuilder<T> builder, string iconName, IconVariant iconVariant = IconVariant.Filled) where T : IResource =>
        builder.WithAnnotation(new ResourceIconAnnotation(iconName, iconVariant));

    /// <summary>Leaves the resource out of a manifest, which only the official backend writes.</summary>
    public static IResourceBuilder<T> ExcludeFromManifest<T>(this IResourceBuilder<T> builder) where T : IResource => builder;

    /// <summary>Says that the resource refers to every resource that the values are made of.</summary>
    private static void LinkReferences<T>(this IResourceBuilder<T> builder, IEnumerable<object> values) where T : IResource
    {
        var seen = new HashSet<object>();
        var open = new Queue<object>(values);
        while (open.TryDequeue(out var value))
        {
            if (!seen.Add(value))
                continue;
            if (value is IResource resource)
                builder.WithReferenceRelationship(resource);
            else if (value is IResourceBuilder<IResource> other)
                builder.WithReferenceRelationship(other.Resource);
            else if (value is IValueWithReferences made)
                foreach (var part in made.References)
                    open.Enqueue(part);
        }
    }
}
