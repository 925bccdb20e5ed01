using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A URL to show for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>Orders the URLs of a resource, the highest first; null counts as 0.</summary>
    public int? DisplayOrder;

    /// <summary>The URL; one that begins with a slash is relative to the endpoint.</summary>
    public required string Url { get; set; }

    /// <summary>What to show in its place; null for the URL itself.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that it belongs to; null when it is of none.</summary>
    public EndpointReference? Endpoint { get; init; }

    /// <summary>Where to show it.</summary>
    public UrlDisplayLocation DisplayLocation { get; set; } = UrlDisplayLocation.SummaryAndDetails;

    internal ResourceUrlAnnotation WithEndpoint(EndpointReference endpoint) => new()
    {
        Url = Url,
        DisplayText = DisplayText,
        DisplayOrder = DisplayOrder,
        DisplayLocation = DisplayLocation,
        Endpoint = endpoint,
    };
}

/// <summary>Where a URL is shown.</summary>
public enum UrlDisplayLocation
{
    /// <summary>In lists and with the resource's details.</summary>
    SummaryAndDetails,

    /// <summary>With the resource's details only.</summary>
    DetailsOnly,
}

/// <summary>Changes the URLs of a resource when its endpoints have been allocated.</summary>
public sealed class ResourceUrlsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Lets the callback change the URLs.</summary>
    public ResourceUrlsCallbackAnnotation(Action<ResourceUrlsCallbackContext> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context);
            return Task.CompletedTask;
        };
    }

    /// <summary>Lets the callback change the URLs.</summary>
    public ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>What is called.</summary>
    public Func<ResourceUrlsCallbackContext, Task> Callback { get; }
}

/// <summary>The URLs of a resource.</summary>
public class ResourceUrlsCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource,
    List<ResourceUrlAnnotation>? urls = null, CancellationToken cancellationToken = default)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The URLs so far.</summary>
    public List<ResourceUrlAnnotation> Urls { get; } = urls ?? [];

    /// <summary>Cancelled when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>What the application is doing.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } =
        executionContext ?? throw new ArgumentNullException(nameof(executionContext));

    /// <summary>The endpoint of that name; null when the resource has none at all.</summary>
    public EndpointReference? GetEndpoint(string name) => Resource is IResourceWithEndpoints owner ? owner.GetEndpoint(name) : null;
}
