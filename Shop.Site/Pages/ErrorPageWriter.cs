using Microsoft.AspNetCore.Components;

namespace Shop.Site.Pages;

/// <summary>The rules of all services tell programs of an error as a problem; here people read it, on a page.</summary>
internal sealed class ErrorPageWriter<TPage> : IProblemDetailsWriter where TPage : IComponent
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = context.ProblemDetails.Status ?? response.StatusCode;
        if (response is { StatusCode: StatusCodes.Status503ServiceUnavailable, Headers.RetryAfter.Count: 0 })
            response.Headers.RetryAfter = ErrorPages.RetryAfter;
        response.Headers.CacheControl = "no-store";
        return new(ErrorPages.WriteAsync<TPage>(context.HttpContext));
    }
}
