using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>Requests that are refused before routing matters, so that no endpoint has to handle them.</summary>
internal static class RequestRules
{
    /// <summary>Bytes of all header fields together.</summary>
    private const int MaxHeadersSize = 16 * 1024;

    private const int MaxHeaders = 64;

    /// <summary>Characters of path and query string.</summary>
    private const int MaxTarget = 8 * 1024;

    /// <summary>
    /// The server's own limits answer without a body, and so they are this many times as high as ours, which are told as a problem or on a page.
    /// </summary>
    private const int Leeway = 4;

    /// <summary>Fields that have one value, of which two would be read as one with a comma in it. The server itself refuses a second Host or Content-Length.</summary>
    private static readonly string[] SingleHeaders =
    [
        "Authorization", "Content-Location", "Content-Range", "Content-Type", "Date", "From", "Idempotency-Key", "If-Modified-Since", "If-Range",
        "If-Unmodified-Since", "Last-Event-ID", "Max-Forwards", "Origin", "Proxy-Authorization", "Range", "Referer", "Stripe-Signature", "User-Agent",
    ];

    public static void Limit(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerLimits limits)
    {
        limits.MaxRequestHeaderCount = MaxHeaders * Leeway;
        limits.MaxRequestHeadersTotalSize = MaxHeadersSize * Leeway;
        limits.MaxRequestLineSize = MaxTarget * Leeway;
    }

    public static void UseRequestRules(this WebApplication app) => app.Use((context, next) =>
    {
        var status = Refusal(context.Request);
        if (status is not null)
        {
            context.Response.StatusCode = status.Value;
            return Task.CompletedTask;
        }
        foreach (var name in SingleHeaders)
        {
            if (context.Request.Headers[name].Count > 1)
            {
                throw new ProblemException(Problems.Of(
                    StatusCodes.Status400BadRequest, "repeated-header", "A header that has one value was sent more than once", $"Send {name} once."));
            }
        }
        return next(context);
    });

    private static int? Refusal(HttpRequest request)
    {
        if ((request.Path.Value?.Length ?? 0) + (request.QueryString.Value?.Length ?? 0) > MaxTarget)
            return StatusCodes.Status414UriTooLong;
        int count = 0, size = 0;
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
            {
                count++;
                size += name.Length + (value?.Length ?? 0) + 4;
            }
        }
        return count > MaxHeaders || size > MaxHeadersSize ? StatusCodes.Status431RequestHeaderFieldsTooLarge : null;
    }
}
