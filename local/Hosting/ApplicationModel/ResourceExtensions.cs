using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Reads what has been said about a resource.</summary>
public static class ResourceExtensions
{
    /// <summary>The last annotation of that type.</summary>
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation) where T : IResourceAnnotation
    {
        annotation = resource.Annotations.OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    /// <summary>All annotations of that type; false when there are none.</summary>
    public static bool TryGetAnnotationsOfType<T>(this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result)
        where T : IResourceAnnotation
    {
        var found = resource.Annotations.OfType<T>().ToArray();
        result = found.Length > 0 ? found : null;
        return result is not null;
    }

    /// <summary>Whether there is an annotation of that type.</summary>
    public static bool HasAnnotationOfType<T>(this IResource resource) where T : IResourceAnnotation =>
        resource.Annotations.OfType<T>().Any();

    /// <summary>Whether the resource or one that it lives in has an annotation of that type.</summary>
    public static bool HasAnnotationIncludingAncestorsOfType<T>(this IResource resource) where T : IResourceAnnotation =>
        resource.TryGetAnnotationsIncludingAncestorsOfType<T>(out _);

    /// <summary>All annotations of that type of the resource and of those that it lives in; false when there are none.</summary>
    public static bool TryGetAnnotationsIncludingAncestorsOfType<T>(
        this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result) where T : IResourceAnnotation
    {
        var found = new List<T>();
        for (var current = resource; current is not null; current = (current as IResourceWithParent)?.Parent)
            found.AddRange(current.Annotations.OfType<T>());

        result = found.Count > 0 ? found : null;
        return result is not null;
    }

    /// <summary>The endpoints; false when there are none.</summary>
    public static bool TryGetEndpoints(this IResource resource, [NotNullWhen(true)] out IEnumerable<EndpointAnnotation>? endpoints) =>
        resource.TryGetAnnotationsOfType(out endpoints);

    /// <summary>The URLs; false when there are none.</summary>
    public static bool TryGetUrls(this IResource resource, [NotNullWhen(true)] out IEnumerable<ResourceUrlAnnotation>? urls) =>
        resource.TryGetAnnotationsOfType(out urls);

    /// <summary>What sets environment variables; false when there is nothing.</summary>
    public static bool TryGetEnvironmentVariables(
        this IResource resource, [NotNullWhen(true)] out IEnumerable<EnvironmentCallbackAnnotation>? environmentVariables) =>
        resource.TryGetAnnotationsOfType(out environmentVariables);

    /// <summary>What is mounted; false when there is nothing.</summary>
    public static bool TryGetContainerMounts(
        this IResource resource, [NotNullWhen(true)] out IEnumerable<ContainerMountAnnotation>? volumeMounts) =>
        resource.TryGetAnnotationsOfType(out volumeMounts);

    /// <summary>References to all endpoints.</summary>
    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new EndpointReference(resource, endpoint));

    /// <summary>A reference to the endpoint of that name, which need not be declared yet.</summary>
    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) =>
        resource.GetEndpoints().FirstOrDefault(e => string.Equals(e.EndpointName, endpointName, StringComparison.OrdinalIgnoreCase))
        ?? new EndpointReference(resource, endpointName);

    /// <summary>How many processes the resource has.</summary>
    public static int GetReplicaCount(this IResource resource) =>
        resource.TryGetLastAnnotation<ReplicaAnnotation>(out var replicas) ? replicas.Replicas : 1;

    /// <summary>The environment variables that the resource is declared to have, as they are when it runs.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="applicationOperation">Publish gives the names of values in a manifest instead of the values.</param>
    public static async ValueTask<Dictionary<string, string>> GetEnvironmentVariableValuesAsync(
        this IResourceWithEnvironment resource, DistributedApplicationOperation applicationOperation = DistributedApplicationOperation.Run)
    {
        var context = new EnvironmentCallbackContext(new DistributedApplicationExecutionContext(applicationOperation), resource);
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await callback.Callback(context);

        var values = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await ProcessValues.TextAsync(value, applicationOperation) is { } text)
                values[name] = text;
        }

        return values;
    }

    /// <summary>The arguments that the resource is declared to have, as they are when it runs.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="applicationOperation">Publish gives the names of values in a manifest instead of the values.</param>
    public static async ValueTask<string[]> GetArgumentValuesAsync(
        this IResourceWithArgs resource, DistributedApplicationOperation applicationOperation = DistributedApplicationOperation.Run)
    {
        var context = new CommandLineArgsCallbackContext([], resource)
        {
            ExecutionContext = new DistributedApplicationExecutionContext(applicationOperation),
        };
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await callback.Callback(context);

        var values = new List<string>();
        foreach (var value in context.Args)
        {
            if (await ProcessValues.TextAsync(value, applicationOperation) is { } text)
                values.Add(text);
        }

        return [.. values];
    }
}
