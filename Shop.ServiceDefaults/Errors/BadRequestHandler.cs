using System.Data.Common;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Shop.ServiceDefaults.Text;

namespace Shop.ServiceDefaults.Errors;

/// <summary>Turns what the framework throws at an unreadable request into a problem that names the place, but no type of ours.</summary>
internal sealed partial class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            ProblemException known => known.Problem,
            BadHttpRequestException { InnerException: JsonException json } => OfJson(json),
            BadHttpRequestException bad => OfRequest(bad),
            // A form that cannot be read, or has too many fields.
            InvalidDataException => Malformed("The request body cannot be read."),
            _ when IsNulCharacter(exception) => Malformed("A value contains a NUL character."),
            // Half of a surrogate pair, on its way to wherever text is UTF-8.
            EncoderFallbackException => Malformed("A text is not well-formed Unicode."),
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }
        httpContext.Response.StatusCode = problem.Status!.Value;
        if (exception is ProblemException { RetryAfter: { } wait })
        {
            httpContext.Response.Headers.RetryAfter = RetryAfter.Seconds(wait);
        }
        await problems.WriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem });
        return true;
    }

    private static ProblemDetails OfJson(JsonException json)
    {
        if (MissingMembers().Match(json.Message) is { Success: true } missing)
        {
            return Invalid(missing.Groups["name"].Captures.Select(name => (name.Value, "Is required.")));
        }
        if (json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) && json.InnerException is not JsonException)
        {
            return Invalid([(path[2..], "Has a wrong type or format.")]);
        }
        var problem = Problems.ForStatus(StatusCodes.Status400BadRequest);
        problem.Type = Problems.TypePrefix + "malformed-json";
        problem.Title = "The request body is not the JSON that is expected here";
        problem.Detail = json.LineNumber is { } line ? $"The error is in line {line + 1}, at byte {json.BytePositionInLine + 1}." : null;
        return problem;
    }

    private static ProblemDetails OfRequest(BadHttpRequestException bad)
    {
        if (Parameter().Match(bad.Message) is { Success: true } parameter)
        {
            return Invalid([(JsonNamingPolicy.CamelCase.ConvertName(parameter.Groups["name"].Value), parameter.Groups["required"].Success ? "Is required." : "Has a wrong type or format.")]);
        }
        return MissingBody().IsMatch(bad.Message) ? Malformed("The request needs a JSON body.") : Problems.ForStatus(bad.StatusCode);
    }

    private static ProblemDetails Malformed(string detail)
    {
        var problem = Problems.ForStatus(StatusCodes.Status400BadRequest);
        problem.Detail = detail;
        return problem;
    }

    private static bool IsNulCharacter(Exception? exception) =>
        // 22021, 22P05: what PostgreSQL says of a character that no text there can hold.
        exception is NulCharacterException or DbException { SqlState: "22021" or "22P05" }
        || exception?.InnerException is { } inner && IsNulCharacter(inner);

    private static ProblemDetails Invalid(IEnumerable<(string Field, string Message)> errors) =>
        Problems.Validation(errors.ToDictionary(e => e.Field, e => new[] { e.Message })).ProblemDetails;

    // The framework tells which member or parameter only in its messages; where they change, the answer is still a 400, only less exact.
    [GeneratedRegex("missing required properties including:(?: '(?<name>[^']+)',?;?)+")]
    private static partial Regex MissingMembers();

    [GeneratedRegex("but no body was provided|was not provided from body")]
    private static partial Regex MissingBody();

    [GeneratedRegex("""^(?:Failed to bind parameter "\S+ (?<name>\w+)"|(?<required>Required) parameter "\S+ (?<name>\w+)" was not provided from (?:query string|route|header))""")]
    private static partial Regex Parameter();
}
