using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace Shop.Tests.Services.Fuzz;

/// <summary>Asks a service everything that its API document names, hundreds of times each, in every way that is wrong.</summary>
internal static class ApiFuzz
{
    private const int Inputs = 400;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs it.</summary>
    /// <param name="client">The service.</param>
    /// <param name="tokens">Access tokens to use, beside none.</param>
    /// <param name="ids">Ids of what there is.</param>
    public static async Task RunAsync(HttpClient client, string[] tokens, params Guid[] ids)
    {
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
        var known = Gen.OneOf<string>([.. ids.Select(id => id.ToString()), Guid.Empty.ToString()]);
        var token = Gen.OneOf<string?>([null, .. tokens, .. tokens, .. tokens]);
        var operations = Operation.All(document);
        Assert.NotEmpty(operations);
        foreach (var operation in operations)
        {
            await Request(operation, known, token).SampleAsync(
                async input => await SendAsync(client, operation, input), iter: Inputs, threads: Environment.ProcessorCount, print: input => $"{operation} {input.ContentType} {Short(input.Body)}");
        }
    }

    private static Gen<Input> Request(Operation operation, Gen<string> ids, Gen<string?> token)
    {
        var values = operation.Parameters.Aggregate(
            Gen.Const(Array.Empty<string>()), (given, parameter) => Gen.Select(given, Hostile.Value(ids, parameter.Schema), (others, value) => (string[])[.. others, value]));
        var type = Gen.Frequency<string?>((12, Gen.Const(operation.ContentType)), (1, Gen.OneOf<string?>("text/plain", "application/xml", "", "application/json; charset=utf-7", null)));
        return Gen.Select(values, Hostile.Body(operation, ids), type, token, Gen.Int[0, 9])
            .Select((given, body, contentType, bearer, left) => new Input(given, body, contentType, bearer, left));
    }

    private static async Task SendAsync(HttpClient client, Operation operation, Input input)
    {
        var path = operation.Path;
        var query = new List<string>();
        var headers = new List<(string, string)>();
        foreach (var (parameter, value) in operation.Parameters.Zip(input.Values))
        {
            if (parameter.In is "path")
                path = path.Replace($"{{{parameter.Name}}}", Escaped(value), StringComparison.Ordinal);
            // Now and then one is left out.
            else if (value.Length % 10 != input.Left)
                (parameter.In is "query" ? () => query.Add($"{parameter.Name}={(value.Length == 0 ? "" : Escaped(value))}") : (Action)(() => headers.Add((parameter.Name, value))))();
        }
        using var request = new HttpRequestMessage(operation.Method, path + (query.Count > 0 ? "?" + string.Join('&', query) : ""));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value.Where(c => c is >= ' ' and < '\x7f').Take(5000).ToArray() is { Length: > 0 } sent ? new string(sent) : "x");
        if (input.Token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", input.Token);
        if (operation.Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(input.Body));
            if (!string.IsNullOrEmpty(input.ContentType))
                request.Content.Headers.TryAddWithoutValidation("Content-Type", input.ContentType);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        if (answer.Content.Headers.ContentType?.MediaType is "text/event-stream")
            return;
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        var status = (int)answer.StatusCode;
        var isOAuth = operation.Path.StartsWith("/connect/", StringComparison.Ordinal);
        // What is not even HTTP the server refuses before it is anybody's request.
        if (answer.StatusCode is HttpStatusCode.BadRequest && text.Length == 0 && answer.Headers.ConnectionClose is true)
            return;
        var wrong = status >= 500 ? "a fault of the service"
            : text.Contains("   at ", StringComparison.Ordinal) || text.Contains("Exception", StringComparison.Ordinal) ? "the inside shows"
            : status >= 400 && !isOAuth && answer.Content.Headers.ContentType?.MediaType is not "application/problem+json" ? "no problem details"
            : null;
        if (wrong is not null)
            Assert.Fail($"{wrong}: {status} for {request.Method} {Short(request.RequestUri!.OriginalString)} "
                + $"{input.ContentType} {Short(input.Body)} -> {Short(text)}");
    }

    private static string Short(string text) => text.Length <= 500 ? text : text[..500];

    private static string Escaped(string value) => Uri.EscapeDataString(value is "." or ".." or "" ? "x" : value.Length > 3000 ? value[..3000] : value);

    private sealed record Input(string[] Values, string Body, string? ContentType, string? Token, int Left);
}
