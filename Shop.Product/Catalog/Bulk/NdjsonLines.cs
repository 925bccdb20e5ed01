using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Shop.Product.Catalog.Bulk;

/// <summary>Products as JSON objects, one on each line; empty lines do not count.</summary>
internal static class NdjsonLines
{
    public static async IAsyncEnumerable<ImportLine> ReadAsync(BoundedLines lines, JsonSerializerOptions json, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1L; await lines.ReadAsync(cancellationToken) is var (text, isTooLong); number++)
        {
            if (isTooLong)
                yield return new(number, null, $"Has more than {BoundedLines.Longest} characters.");
            else if (text.Contains('\uFFFD', StringComparison.Ordinal))
                yield return new(number, null, CsvLines.NotUtf8);
            else if (!string.IsNullOrWhiteSpace(text))
                yield return Read(number, text, json);
        }
    }

    private static ImportLine Read(long number, string text, JsonSerializerOptions json)
    {
        try
        {
            return JsonSerializer.Deserialize<ImportContent>(text, json) is { } content
                ? new(number, content)
                : new(number, null, "Is not a JSON object.");
        }
        catch (JsonException exception)
        {
            return new(number, null, exception.Path is ['$', '.', .. var field] ? $"{field}: Is not what it should be." : "Is not a JSON object.");
        }
    }
}
