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

    /// <summary>Names the address of the back office, and tells it where the dashboard is.</summary>
    public static IResourceBuilder<ProjectResource> WithBackOfficeLinks(this IResourceBuilder<ProjectResource> admin)
    {
        if (admin.ApplicationBuilder.ExecutionContext.IsRunMode && admin.ApplicationBuilder.Configuration["ASPNETCORE_URLS"] is { Length: > 0 } dashboard)
            admin.WithEnvironment("Admin__Dashboard", dashboard.Split(';')[0]);
        return admin.WithUrlForEndpoint("http", url => url.DisplayText = "Back office").WithHealthLink();
    }

    private static IResourceBuilder<ProjectResource> WithHealthLink(this IResourceBuilder<ProjectResource> service) =>
        service.WithUrlForEndpoint("http", _ => new ResourceUrlAnnotation { Url = "/health", DisplayText = "Health" });
}
