namespace Shop.AppHost.Dashboard;

/// <summary>Links in the dashboard that say where they lead, instead of bare addresses.</summary>
public static class Links
{
    /// <summary>The API document first, then the health.</summary>
    public static IResourceBuilder<ProjectResource> WithApiLinks(this IResourceBuilder<ProjectResource> service) => service
        .WithUrlForEndpoint("http", url => (url.Url, url.DisplayText) = ("/scalar", "API"))
        .WithHealthLink();

    /// <summary>The store first, then the health.</summary>
    public static IResourceBuilder<ProjectResource> WithStoreLinks(this IResourceBuilder<ProjectResource> web) => web
        .WithUrlForEndpoint("http", url => url.DisplayText = "Store")
        .WithHealthLink();

    private static IResourceBuilder<ProjectResource> WithHealthLink(this IResourceBuilder<ProjectResource> service) =>
        service.WithUrlForEndpoint("http", _ => new ResourceUrlAnnotation { Url = "/health", DisplayText = "Health" });
}
