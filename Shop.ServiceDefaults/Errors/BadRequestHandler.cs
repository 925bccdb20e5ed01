using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Shop.ServiceDefaults.Errors;

/// <summary>Turns what the framework throws at an unreadable request into a problem that names the field, but none of our types.</summary>
internal sealed partial class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            ProblemException known => known.Problem,
            BadHttpRequestException { InnerException: JsonException json } => OfJson(json),
            BadHttpRequestException bad => OfRequest(bad, httpContext),
            // A form that cannot be read, or has too many fields.
            InvalidDataException => Problems.Malformed("The request body cannot be read.").ProblemDetails,
            // Half of a surrogate pair, which has no form in UTF-8.
            EncoderFallbackException => Problems.Malformed("A text is not well-formed Unicode.").ProblemDetails,
            _ => null,
        };
        if (problem is null)
            return false;
        httpContext.Response.StatusCode = problem.Status!.Value;
        if (exception is ProblemException { RetryAfter: { } wait })
            httpContext.Response.Headers.RetryAfter = RetryAfter.Seconds(wait);
        await problems.WriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
        return true;
    }

    private static ProblemDetails OfJson(JsonException json)
    {
        if (MissingMembers().Match(json.Message) is { Success: true } missing)
        {
            var parent = json.Path is { Length: > 2 } inside && inside.StartsWith("$.", StringComparison.Ordinal) ? inside[2..] + "." : "";
            return Invalid(missing.Groups["name"].Captures.Select(name => (parent + name.Value, "Is required.")));
        }
        if (json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) && json.InnerException is not JsonException)
            return Invalid([(path[2..], "Has a wrong type or format.")]);
        var problem = Problems.ForStatus(StatusCodes.Status400BadRequest);
        problem.Type = Problems.TypePrefix + "malformed-json";
        problem.Title = "The request body is not the JSON that is expected here";
        problem.Detail = json.LineNumber is { } line ? $"The error is in line {line + 1}, at byte {json.BytePositionInLine + 1}." : null;
        return problem;
    }

    private static ProblemDetails OfRequest(BadHttpRequestException bad, HttpContext http)
    {
        if (Parameter().Match(bad.Message) is { Success: true } parameter)
            return Invalid([(JsonNamingPolicy.CamelCase.ConvertName(parameter.Groups["name"].Value), parameter.Groups["required"].Success ? "Is required." : "Has a wrong type or format.")]);
        var lacksBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is false
            && http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is not null;
        return lacksBody ? Problems.Malformed("The request needs a JSON body.").ProblemDetails : Problems.ForStatus(bad.StatusCode);
    }

    private static ProblemDetails Invalid(IEnumerable<(string Field, string Message)> errors) =>
        Problems.Validation(errors.ToDictionary(e => e.Field, e => new[] { e.Message })).ProblemDetails;

    // .NET 10 names the member or parameter only in its messages: neither exception has a property for it, and both are thrown before any code of an
    // endpoint runs. Should the messages change, the answer is still a 400, but without the field.
    [GeneratedRegex("missing required properties including:(?: '(?<name>[^']+)',?;?)+")]
    private static partial Regex MissingMembers();

    [GeneratedRegex("""^(?:Failed to bind parameter "\S+ (?<name>\w+)"|(?<required>Required) parameter "\S+ (?<name>\w+)" was not provided from (?:query string|route|header))""")]
    private static partial Regex Parameter();
}
