using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    private static readonly string[] HttpSchemes = ["https", "http"];

    /// <summary>Gives the resource a health check by the name under which it is registered with the services.</summary>
    /// <exception cref="DistributedApplicationException">It has that one already.</exception>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(key);
        return builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(a => a.Key == key)
            ? throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' already has a health check with key '{key}'.")
            : builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>Says that the resource works when a path of it answers with that status.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">The path; null for the root.</param>
    /// <param name="statusCode">The status; null for 200.</param>
    /// <param name="endpointName">The endpoint to ask; null for https, or http when there is none.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints =>
        builder.WithHttpHealthCheck(() => SelectHttpEndpoint(builder, endpointName), path, statusCode);

    /// <summary>Says that the resource works when a path of it answers with that status.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="endpointSelector">Names the endpoint to ask; null for https, or http when there is none.</param>
    /// <param name="path">The path; null for the root.</param>
    /// <param name="statusCode">The status; null for 200.</param>
    /// <exception cref="DistributedApplicationException">The endpoint is not an HTTP one, or there is none.</exception>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoint = (endpointSelector ?? (() => SelectHttpEndpoint(builder, null)))()
            ?? throw new DistributedApplicationException(
                $"Could not create HTTP health check for resource '{builder.Resource.Name}' as the endpoint selector returned null.");
        if (endpoint.Scheme is not ("http" or "https"))
        {
            throw new DistributedApplicationException(
                $"Could not create HTTP health check for resource '{builder.Resource.Name}' as the endpoint with name " +
                $"'{endpoint.EndpointName}' and scheme '{endpoint.Scheme}' is not an HTTP endpoint.");
        }

        path ??= "/";
        var expected = statusCode ?? 200;
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{path}_{expected}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, services => new HttpHealthCheck(services.GetRequiredService<HealthCheckHttpClient>(), endpoint, path, expected),
            failureStatus: null, tags: null));
        return builder.WithHealthCheck(key);
    }

    private static EndpointReference SelectHttpEndpoint<T>(IResourceBuilder<T> builder, string? endpointName) where T : IResourceWithEndpoints
    {
        string[] names = endpointName is null ? HttpSchemes : [endpointName];
        var found = names.Select(name => builder.Resource.GetEndpoint(name)).FirstOrDefault(e => e.Exists);
        return found ?? throw new DistributedApplicationException(
            $"Could not create HTTP health check for resource '{builder.Resource.Name}' as no endpoint was found matching one of " +
            $"the specified names: {string.Join(", ", names)}");
    }
}
