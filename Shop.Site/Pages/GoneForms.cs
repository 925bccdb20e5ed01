using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Site.Pages;

/// <summary>
/// A form that its page does not have any more, because what it was about has changed meanwhile. The framework answers with a line of text; here its sender is
/// led to the page as it is now.
/// </summary>
public static class GoneForms
{
    /// <summary>The parameter of the query by which the page can say so.</summary>
    public const string Parameter = "gone";

    /// <summary>Comes after routing.</summary>
    public static void UseGoneForms(this WebApplication app) => app.Use((context, next) =>
    {
        if (HttpMethods.IsPost(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            context.Response.OnStarting(() =>
            {
                var response = context.Response;
                if (response.StatusCode == StatusCodes.Status400BadRequest && response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) is not true)
                {
                    response.StatusCode = StatusCodes.Status303SeeOther;
                    response.Headers.Location = QueryHelpers.AddQueryString(context.Request.Path + context.Request.QueryString, Parameter, "1");
                }
                return Task.CompletedTask;
            });
        }
        return next(context);
    });
}
