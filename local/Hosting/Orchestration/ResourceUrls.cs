using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Works out the URLs of a resource once its ports are known.</summary>
internal sealed class ResourceUrls(
    ResourceNotificationService notifications, ResourceLoggerService logs, DistributedApplicationExecutionContext executionContext)
{
    public async Task PublishAsync(IResourceWithEndpoints resource, CancellationToken cancellationToken)
    {
        var urls = resource.GetEndpoints()
            .Where(e => e.IsAllocated)
            .Select(e => new ResourceUrlAnnotation { Url = e.Url, Endpoint = e })
            .Concat(resource.Annotations.OfType<ResourceUrlAnnotation>())
            .ToList();
        var context = new ResourceUrlsCallbackContext(executionContext, resource, urls, cancellationToken) { Logger = logs.GetLogger(resource) };
        foreach (var callback in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>().ToArray())
            await callback.Callback(context);

        await notifications.PublishUpdateAsync(resource, s => s with
        {
            Urls = [.. urls.Select(u => new UrlSnapshot(u.Endpoint?.EndpointName, Absolute(u), u.DisplayLocation is UrlDisplayLocation.DetailsOnly)
            {
                IsInactive = u.Endpoint is not null,
                DisplayProperties = new(u.DisplayText ?? "", u.DisplayOrder ?? 0),
            })],
        });
    }

    private static string Absolute(ResourceUrlAnnotation url) =>
        url.Url.StartsWith('/') && url.Endpoint is { IsAllocated: true } endpoint ? endpoint.Url.TrimEnd('/') + url.Url : url.Url;
}
