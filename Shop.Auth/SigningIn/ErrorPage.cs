using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Auth.SigningIn;

/// <summary>On an endpoint that people open: what goes wrong there is said on a page.</summary>
internal sealed class ForPeople;

/// <summary>Says on a page what programs are told as a problem, whoever found out: the framework, a rule of all services, an endpoint.</summary>
internal sealed class ErrorPage(PageHeaders headers) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) =>
        // An exception takes the endpoint from the request.
        (context.HttpContext.GetEndpoint() ?? context.HttpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint)
            ?.Metadata.GetMetadata<ForPeople>() is not null;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        headers.Set(http.Response.Headers);
        var status = problem.Status ?? http.Response.StatusCode;
        var (title, text) = status switch
        {
            >= 500 => ("We cannot do this right now", "Please try again in a moment."),
            StatusCodes.Status429TooManyRequests => ("That was too often", "Please try again in a moment."),
            _ => ("This does not work", "What came from your browser cannot be read. Please go back and try again."),
        };
        if (status is StatusCodes.Status503ServiceUnavailable && http.Response.Headers.RetryAfter.Count == 0)
        {
            http.Response.Headers.RetryAfter = "5";
        }
        // In services of its own: those of the request may be what has failed.
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
