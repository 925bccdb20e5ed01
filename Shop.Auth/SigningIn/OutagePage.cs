using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.SigningIn;

/// <summary>Says on a page, to people, what programs are told with a problem: that the database is away, or that too many have come.</summary>
internal sealed class OutagePage(ILogger<OutagePage> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ProblemException problem) when (problem.Problem.Status is { } status)
        {
            if (problem.RetryAfter is { } wait)
            {
                context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }
            return new RazorComponentResult<NoticePage>(new { Title = "Not now", Text = "Too much has come from where you are. Please try again in a moment." }) { StatusCode = status };
        }
        catch (Exception exception) when (UnavailableException.IsBehind(exception))
        {
            var http = context.HttpContext;
            logger.LogWarning("{Method} {Path} is answered 503: {Reason}", http.Request.Method, http.Request.Path, exception.GetBaseException().Message);
            http.Response.Headers.RetryAfter = "5";
            return new RazorComponentResult<NoticePage>(new { Title = "We cannot do this right now", Text = "Please try again in a moment." })
            {
                StatusCode = StatusCodes.Status503ServiceUnavailable,
            };
        }
    }
}
