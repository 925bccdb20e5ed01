using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Auth.Pages;

/// <summary>Marks an endpoint that people open in a browser: its errors are shown as a page.</summary>
internal sealed class ForPeople;

/// <summary>Shows an error as a page where a program would get problem details, whether the framework, a shared rule or an endpoint reports it.</summary>
internal sealed class ErrorPage(PageHeaders headers) : IProblemDetailsWriter
{
    public const string FormExpired = "This page was open for too long. Please try again.";

    // The exception handler clears the request's endpoint. An address that does not exist has none: who asks for HTML there is a browser.
    public bool CanWrite(ProblemDetailsContext context) =>
        (context.HttpContext.GetEndpoint() ?? context.HttpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint) is { } endpoint
            ? endpoint.Metadata.GetMetadata<ForPeople>() is not null
            : context.HttpContext.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        headers.Set(http.Response.Headers);
        var status = problem.Status ?? http.Response.StatusCode;
        var (title, text) = status switch
        {
            >= 500 => ("We cannot do this right now", "Please try again in a moment."),
            StatusCodes.Status404NotFound => ("Page not found", "There is no page at this address."),
            StatusCodes.Status429TooManyRequests => ("Too many requests", "Please try again in a moment."),
            _ when http.Request.Path.StartsWithSegments("/connect") =>
                ("That did not work", "The application that sent you here is unknown to us, or asked for something that we do not do."),
            _ => ("That did not work", "We could not read what your browser sent. Please go back and try again."),
        };
        if (status is StatusCodes.Status503ServiceUnavailable && http.Response.Headers.RetryAfter.Count == 0)
            http.Response.Headers.RetryAfter = "5";
        // A new scope: one of the request's own services may be what failed.
        var services = http.RequestServices;
        await using var scope = services.CreateAsyncScope();
        http.RequestServices = scope.ServiceProvider;
        try
        {
            await new RazorComponentResult<NoticePage>(new { Title = title, Text = text }) { StatusCode = status }.ExecuteAsync(http);
        }
        finally
        {
            http.RequestServices = services;
        }
    }
}
