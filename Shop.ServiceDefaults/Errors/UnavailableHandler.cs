using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Errors;

/// <summary>
/// A database, broker or service that is unavailable is neither this service's error nor the client's: 503 with <c>Retry-After</c>.
/// </summary>
internal sealed class UnavailableHandler(IProblemDetailsService problems, ILogger<UnavailableHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!UnavailableException.IsBehind(exception))
            return false;
        // Without the stack: it is no fault of ours, and an outage brings one for each request.
        logger.LogWarning("{Method} {Path} is answered 503: {Reason}", httpContext.Request.Method, httpContext.Request.Path, exception.GetBaseException().Message);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await problems.WriteAsync(new()
        {
            HttpContext = httpContext,
            ProblemDetails = Problems.ForStatus(StatusCodes.Status503ServiceUnavailable),
        });
        return true;
    }
}
