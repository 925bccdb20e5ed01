using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Declares services outside of the application.</summary>
public static class ExternalServiceBuilderExtensions
{
    /// <summary>Adds a service with a URL that is known.</summary>
    /// <exception cref="ArgumentException">The URL is not absolute, or has a path, a query or a fragment.</exception>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return ExternalServiceResource.TryParse(url, out var uri, out var reason)
            ? builder.AddExternalService(name, uri)
            : throw new ArgumentException($"The external service URL '{url}' is invalid: {reason}", nameof(url));
    }

    /// <summary>Adds a service with a URL that is known.</summary>
    /// <exception cref="ArgumentException">The URL is not absolute, or has a path, a query or a fragment.</exception>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Uri uri) => builder.Add(new ExternalServiceResource(name, uri));

    /// <summary>Adds a service with a URL that is given.</summary>
    public static IResourceBuilder<ExternalServiceResource> AddExternalService(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, IResourceBuilder<ParameterResource> urlParameter)
    {
        ArgumentNullException.ThrowIfNull(urlParameter);
        return builder.Add(new ExternalServiceResource(name, urlParameter.Resource));
    }

    private static IResourceBuilder<ExternalServiceResource> Add(this IDistributedApplicationBuilder builder, ExternalServiceResource service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(service)
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = KnownResourceTypes.ExternalService,
                State = KnownResourceStates.Waiting,
                Properties = [],
            })
            .OnInitializeResource((resource, initialize, cancellationToken) => StartAsync(resource, initialize, cancellationToken));
    }

    private static async Task StartAsync(ExternalServiceResource service, InitializeResourceEvent initialize, CancellationToken cancellationToken)
    {
        try
        {
            var uri = await service.GetUriAsync(cancellationToken);
            await initialize.Eventing.PublishAsync(new BeforeResourceStartedEvent(service, initialize.Services), cancellationToken);
            await initialize.Notifications.PublishUpdateAsync(service, s => s with
            {
                State = KnownResourceStates.Running,
                Urls = [new UrlSnapshot(null, uri.ToString(), IsInternal: false)],
                Properties = [.. s.Properties, new(CustomResourceKnownProperties.Source, uri.Host)],
            });
        }
        catch (DistributedApplicationException e)
        {
            initialize.Logger.LogError("{Message}", e.Message);
            await initialize.Notifications.PublishUpdateAsync(service, s => s with { State = KnownResourceStates.FailedToStart });
        }
    }
}
