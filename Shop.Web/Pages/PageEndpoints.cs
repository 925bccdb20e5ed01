namespace Shop.Web.Pages;

/// <summary>How pages are served.</summary>
public static class PageEndpoints
{
    /// <summary>Answers HEAD as GET without the body, which monitors and link checkers count on and the framework does not do for pages.</summary>
    public static void AlsoForHead(this RazorComponentsEndpointConventionBuilder pages) => pages.Add(endpoint =>
        endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head, HttpMethods.Post])));
}
