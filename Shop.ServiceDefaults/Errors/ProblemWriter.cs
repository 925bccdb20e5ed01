using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Shop.ServiceDefaults.Errors;

/// <summary>
/// Writes every problem, whoever made it, in the one form the contract names: also for clients whose Accept header does not list
/// JSON, where the framework's own writer would leave the answer empty.
/// </summary>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;

    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        if (problem is HttpValidationProblemDetails invalid)
            problem = Problems.Validation(invalid.Errors.ToDictionary(error => JsonName(error.Key), error => error.Value)).ProblemDetails;
        problem.Status ??= http.Response.StatusCode;
        Complete(problem, Problems.ForStatus(problem.Status.Value));
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;

        if (problem.Status is StatusCodes.Status503ServiceUnavailable && http.Response.Headers.RetryAfter.Count == 0)
            http.Response.Headers.RetryAfter = "2";
        http.Response.Headers.CacheControl = "no-store";
        return new(http.Response.WriteAsJsonAsync(problem, problem.GetType(), _json, "application/problem+json", http.RequestAborted));
    }

    /// <summary>The framework's validation names members as the code does: <c>Items[0].Quantity</c>.</summary>
    private static string JsonName(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary>What the framework makes itself names an RFC's section as its type; ours says which problem it is.</summary>
    private static void Complete(ProblemDetails problem, ProblemDetails standard)
    {
        if (problem.Type is null || !problem.Type.StartsWith(Problems.TypePrefix, StringComparison.Ordinal))
            (problem.Type, problem.Title) = (standard.Type, standard.Title);
        problem.Title ??= standard.Title;
    }
}
