using Microsoft.AspNetCore.Http.HttpResults;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth;

/// <summary>400 with what is wrong with the fields of a request.</summary>
internal static class FieldErrors
{
    public static ProblemHttpResult Of(string field, string error) => Problems.Validation(new Dictionary<string, string[]> { [field] = [error] });

    /// <summary>Null when no field has an error.</summary>
    public static ProblemHttpResult? Of(params IEnumerable<(string Field, string? Error)> fields) =>
        fields.Where(field => field.Error is not null).ToDictionary(field => field.Field, field => new[] { field.Error! }) is { Count: > 0 } errors
            ? Problems.Validation(errors)
            : null;
}
