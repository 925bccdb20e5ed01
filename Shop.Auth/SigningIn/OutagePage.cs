using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults;

namespace Shop.Auth.SigningIn;

/// <summary>Says on a page, to people, what programs are told with a 503 and a problem: that the database is away.</summary>
internal sealed class OutagePage(ILogger<OutagePage> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
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
