using System.Text.Json;

namespace Shop.Tests.Services.Fuzz;

/// <summary>Something that an API document says can be asked.</summary>
internal sealed record Operation(HttpMethod Method, string Path, IReadOnlyList<Parameter> Parameters, string? ContentType, JsonElement? Body, JsonElement Document)
{
    /// <summary>All that the document of a service names.</summary>
    public static IReadOnlyList<Operation> All(JsonElement document) =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           where operation.Name is "get" or "post" or "put" or "patch" or "delete"
           let content = Content(operation.Value)
           select new Operation(
               HttpMethod.Parse(operation.Name), path.Name, ParametersOf(path.Value, operation.Value), content?.Name, Schema(content), document),
    ];

    /// <summary>What a schema says, where it refers to another one: that.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        while (schema.ValueKind is JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            schema = Document.GetProperty("components").GetProperty("schemas").GetProperty(name);
        }
        return schema;
    }

    public override string ToString() => $"{Method} {Path}";

    private static JsonProperty? Content(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) && body.TryGetProperty("content", out var content) && content.EnumerateObject().Any()
            ? content.EnumerateObject().First()
            : null;

    private static JsonElement? Schema(JsonProperty? content) =>
        content is { } type && type.Value.TryGetProperty("schema", out var schema) ? schema : null;

    private static IReadOnlyList<Parameter> ParametersOf(params JsonElement[] levels) =>
    [
        .. from level in levels
           where level.TryGetProperty("parameters", out _)
           from parameter in level.GetProperty("parameters").EnumerateArray()
           select new Parameter(
               parameter.GetProperty("name").GetString()!, parameter.GetProperty("in").GetString()!,
               parameter.TryGetProperty("schema", out var schema) ? schema : default),
    ];
}

/// <summary>What an operation takes beside its body, in the path, the query or a header.</summary>
internal sealed record Parameter(string Name, string In, JsonElement Schema);
