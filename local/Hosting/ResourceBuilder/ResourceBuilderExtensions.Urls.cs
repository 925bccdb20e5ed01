using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Lets the callback change the URLs when the endpoints have been allocated.</summary>
    public static IResourceBuilder<T> WithUrls<T>(this IResourceBuilder<T> builder, Action<ResourceUrlsCallbackContext> callback)
        where T : IResource => builder.WithAnnotation(new ResourceUrlsCallbackAnnotation(callback));

    /// <summary>Lets the callback change the URLs when the endpoints have been allocated.</summary>
    public static IResourceBuilder<T> WithUrls<T>(this IResourceBuilder<T> builder, Func<ResourceUrlsCallbackContext, Task> callback)
        where T : IResource => builder.WithAnnotation(new ResourceUrlsCallbackAnnotation(callback));

    /// <summary>Adds a URL; a relative one is appended to those of the endpoints.</summary>
    public static IResourceBuilder<T> WithUrl<T>(this IResourceBuilder<T> builder, string url, string? displayText = null) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(url);
        if (!Uri.TryCreate(url, UriKind.Relative, out var relative))
            return builder.WithAnnotation(new ResourceUrlAnnotation { Url = url, DisplayText = displayText });

        return builder.WithUrls(context =>
        {
            foreach (var existing in context.Urls)
            {
                if (Uri.TryCreate(existing.Url, UriKind.Absolute, out var absolute))
                    (existing.Url, existing.DisplayText) = (new Uri(absolute, relative).ToString(), displayText ?? existing.DisplayText);
            }
        });
    }

    /// <summary>Adds a URL that values fill in.</summary>
    public static IResourceBuilder<T> WithUrl<T>(
        this IResourceBuilder<T> builder, in ReferenceExpression.ExpressionInterpolatedStringHandler url, string? displayText = null)
        where T : IResource => builder.WithUrl(url.GetExpression(), displayText);

    /// <summary>Adds a URL that values fill in.</summary>
    public static IResourceBuilder<T> WithUrl<T>(this IResourceBuilder<T> builder, ReferenceExpression url, string? displayText = null)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(url);
        return builder.WithUrls(async context =>
        {
            if (await url.GetValueAsync(context.CancellationToken) is { Length: > 0 } text)
            {
                context.Urls.Add(new ResourceUrlAnnotation
                {
                    Url = text,
                    DisplayText = displayText,
                    Endpoint = url.ValueProviders.OfType<EndpointReference>().FirstOrDefault(),
                });
            }
        });
    }

    /// <summary>Lets the callback change the URL of an endpoint.</summary>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback) where T : IResource =>
        builder.WithUrls(context =>
        {
            if (context.Urls.FirstOrDefault(u => u.Endpoint?.EndpointName == endpointName) is { } url)
                callback(url);
            else
                LogNoEndpoint(context, endpointName);
        });

    /// <summary>Adds the URL that the callback makes for an endpoint.</summary>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Func<EndpointReference, ResourceUrlAnnotation> callback)
        where T : IResourceWithEndpoints =>
        builder.WithUrls(context =>
        {
            if (builder.GetEndpoint(endpointName) is { Exists: true } endpoint)
                context.Urls.Add(callback(endpoint).WithEndpoint(endpoint));
            else
                LogNoEndpoint(context, endpointName);
        });

    private static void LogNoEndpoint(ResourceUrlsCallbackContext context, string endpointName) => context.Logger.LogWarning(
        "Resource '{ResourceName}' has no endpoint named '{EndpointName}' to set a URL for.", context.Resource.Name, endpointName);
}
