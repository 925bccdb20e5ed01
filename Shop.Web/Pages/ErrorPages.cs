namespace Shop.Web.Pages;

/// <summary>What a visitor sees when something is missing or broken: a page of the shop, not a document for machines.</summary>
public static class ErrorPages
{
    /// <summary>After how many seconds a page that needs Product may be tried again.</summary>
    public const string RetryAfter = "5";

    /// <summary>Gives answers without a body, and exceptions, a page. It comes after the defaults, whose problem details are for APIs.</summary>
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
        app.UseExceptionHandler("/status/500", createScopeForErrors: true);
    }
}
