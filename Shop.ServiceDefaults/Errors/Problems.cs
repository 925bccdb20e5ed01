using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Shop.ServiceDefaults.Errors;

/// <summary>
/// Makes RFC 9457 problem details. Every error that leaves a service has a <c>type</c> that stays the same for ever, so that a client
/// may branch on it, and the <c>traceId</c> of its request, which is added when it is written.
/// </summary>
public static class Problems
{
    /// <summary>What all problem types start with.</summary>
    public const string TypePrefix = "https://shop.test/problems/";

    /// <summary>Makes the answer to a request that cannot be done.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="type">The last segment of the type's URI: <c>out-of-stock</c>.</param>
    /// <param name="title">What is wrong, the same for every problem of the type.</param>
    /// <param name="detail">What is wrong this time and what to do about it; null when the title says it all.</param>
    /// <param name="extensions">Further members, machine-readable.</param>
    public static ProblemHttpResult Of(int status, string type, string title, string? detail = null, params (string Key, object? Value)[] extensions) =>
        TypedResults.Problem(new ProblemDetails
        {
            Status = status,
            Type = TypePrefix + type,
            Title = title,
            Detail = detail,
            Extensions = extensions.ToDictionary(e => e.Key, e => e.Value),
        });

    /// <summary>400: the request is understood, but its fields are not acceptable.</summary>
    /// <param name="errors">The messages for each field, by its name in JSON.</param>
    public static ProblemHttpResult Validation(IDictionary<string, string[]> errors) =>
        Of(StatusCodes.Status400BadRequest, "validation", "The request is not valid",
            "See 'errors' for what is wrong with each field.", ("errors", errors));

    /// <summary>400: the request cannot be read.</summary>
    /// <param name="detail">What is wrong with it.</param>
    internal static ProblemHttpResult Malformed(string detail)
    {
        var problem = ForStatus(StatusCodes.Status400BadRequest);
        problem.Detail = detail;
        return TypedResults.Problem(problem);
    }

    /// <summary>404: there is no such thing, or none that the caller may see.</summary>
    public static ProblemHttpResult NotFound() => TypedResults.Problem(ForStatus(StatusCodes.Status404NotFound));

    /// <summary>412: it is not what the client believes it to be.</summary>
    public static ProblemHttpResult Stale() => Of(
        StatusCodes.Status412PreconditionFailed, "precondition-failed", "The resource has changed in the meantime", "Read it again and decide anew.");

    /// <summary>The problem that a bare status code stands for.</summary>
    internal static ProblemDetails ForStatus(int status)
    {
        var (type, title) = status switch
        {
            StatusCodes.Status400BadRequest => ("bad-request", "The request is not well-formed"),
            StatusCodes.Status401Unauthorized => ("unauthorized", "A valid access token is required"),
            StatusCodes.Status403Forbidden => ("forbidden", "The access token does not permit this"),
            StatusCodes.Status404NotFound => ("not-found", "There is no such resource"),
            StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", "The resource does not support this method"),
            StatusCodes.Status406NotAcceptable => ("not-acceptable", "The resource has no representation that the client accepts"),
            StatusCodes.Status408RequestTimeout => ("request-timeout", "The request did not arrive in time"),
            StatusCodes.Status409Conflict => ("conflict", "The request conflicts with the state of the resource"),
            StatusCodes.Status412PreconditionFailed => ("precondition-failed", "The resource has changed in the meantime"),
            StatusCodes.Status413PayloadTooLarge => ("body-too-large", "The request body is too large"),
            StatusCodes.Status414UriTooLong => ("uri-too-long", "The request URI is too long"),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported-media-type", "The request body has an unsupported content type"),
            StatusCodes.Status422UnprocessableEntity => ("unprocessable", "The request cannot be processed"),
            StatusCodes.Status428PreconditionRequired => ("precondition-required", "The request needs an If-Match header"),
            StatusCodes.Status429TooManyRequests => ("too-many-requests", "Too many requests"),
            StatusCodes.Status431RequestHeaderFieldsTooLarge => ("headers-too-large", "The request headers are too large"),
            StatusCodes.Status503ServiceUnavailable => ("unavailable", "The service cannot do this right now"),
            StatusCodes.Status504GatewayTimeout => ("timeout", "The request took too long"),
            >= 500 => ("internal", "Something went wrong on our side"),
            _ => ("http-" + status, "The request failed"),
        };
        return new() { Status = status, Type = TypePrefix + type, Title = title };
    }
}
