using System.Runtime.CompilerServices;
using CsvHelper;

namespace Shop.Product.Catalog.Bulk;

/// <summary>
/// Products as CSV (RFC 4180), the names of the columns on the first line: id, name, category, price, currency, description and stock, in any order, others ignored. Commas,
/// semicolons or tabs between them, whichever the first line has. An empty field says nothing.
/// </summary>
internal static class CsvLines
{
    /// <summary>A field in quotes may go on over so many lines. One that does not end by then has a quote too many, and only its first line is bad.</summary>
    private const int MostLines = 100;

    internal const string NotUtf8 = "Has characters that are not UTF-8: save the file as UTF-8.";

    private static readonly char[] Separators = [',', ';', '\t'];

    /// <summary>Spreadsheets take a field that begins so for a formula; the export puts an apostrophe before it, which is taken away again here.</summary>
    internal static readonly char[] FormulaStarts = ['=', '+', '-', '@', '\t', '\r'];

    public static async IAsyncEnumerable<ImportLine> ReadAsync(BoundedLines lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await lines.ReadAsync(cancellationToken) is not var (header, _))
            yield break;
        var options = new CsvReaderOptions { Separator = Separators.MaxBy(separator => header.Count(c => c == separator)), HasHeader = false, BufferSize = 4096 };
        var names = Fields(header, options) ?? [];
        var columns = names.Index().GroupBy(column => column.Item.Trim().ToLowerInvariant()).ToDictionary(column => column.Key, column => column.First().Index);
        if (!columns.ContainsKey("name") || !columns.ContainsKey("category") || !columns.ContainsKey("price"))
        {
            yield return new(1, null, "Must have the names of the columns: name, category, price and, if there are such, id, currency, description, stock.");
            yield break;
        }

        // Lines that were read and not used: of a field whose quotes did not end.
        var waiting = new Queue<(string Text, bool IsTooLong)>();
        for (var number = 2L; await NextAsync() is var (text, isTooLong); number++)
        {
            if (isTooLong)
            {
                yield return new(number, null, $"Has more than {BoundedLines.Longest} characters.");
                continue;
            }
            if (string.IsNullOrWhiteSpace(text))
                continue;
            var (record, extra) = (text, 0);
            if (IsOpen(record))
            {
                var following = new List<(string Text, bool IsTooLong)>();
                while (IsOpen(record) && following.Count < MostLines && record.Length <= BoundedLines.Longest && await NextAsync() is { } line)
                {
                    following.Add(line);
                    record += "\n" + line.Text;
                }
                if (IsOpen(record) || record.Length > BoundedLines.Longest)
                {
                    waiting = new(following.Concat(waiting));
                    yield return new(number, null, "Has a quote without an end.");
                    continue;
                }
                extra = following.Count;
            }
            // A table that was saved in another encoding would come in with letters missing.
            if (record.Contains('\uFFFD', StringComparison.Ordinal))
            {
                yield return new(number, null, NotUtf8);
                number += extra;
                continue;
            }
            yield return Read(number, record, names.Length, columns, options);
            number += extra;
        }

        async ValueTask<(string Text, bool IsTooLong)?> NextAsync() => waiting.TryDequeue(out var line) ? line : await lines.ReadAsync(cancellationToken);
    }

    private static ImportLine Read(long number, string record, int count, Dictionary<string, int> columns, CsvReaderOptions options)
    {
        if (Fields(record, options) is not { } fields || fields.Length != count)
            return new(number, null, $"Must have {count} fields, as the first line.");
        try
        {
            return new(number, ImportContent.Of(name => columns.TryGetValue(name, out var column) ? Field(fields[column]) : null));
        }
        catch (FormatException exception)
        {
            return new(number, null, exception.Message);
        }
    }

    private static string? Field(string text) =>
        text.Trim() is not { Length: > 0 } trimmed ? null : trimmed is ['\'', var first, ..] && FormulaStarts.Contains(first) ? trimmed[1..] : trimmed;

    private static string[]? Fields(string record, CsvReaderOptions options)
    {
        using var csv = CsvReader.FromText(record, options);
        return csv.Read() ? [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)] : null;
    }

    private static bool IsOpen(string record) => record.AsSpan().Count('"') % 2 == 1;
}
