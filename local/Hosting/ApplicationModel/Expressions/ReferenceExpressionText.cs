using System.Globalization;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A <see cref="ReferenceExpression"/> while it is written.</summary>
internal sealed class ReferenceExpressionText(int literalLength = 0, int formattedCount = 0)
{
    private readonly StringBuilder _format = new(literalLength * 2);
    private readonly List<IValueProvider> _values = new(formattedCount);
    private readonly List<string> _expressions = new(formattedCount);
    private readonly List<string?> _formats = new(formattedCount);

    public bool IsEmpty => _format.Length == 0;

    public void Literal(string? text, string? format = null)
    {
        if (text is not null)
            _format.Append(Escape(format is null ? text : Write(text, format)));
    }

    public void Hole(IValueProvider value, string expression, string? format)
    {
        _format.Append(CultureInfo.InvariantCulture, $"{{{_values.Count}}}");
        _values.Add(value);
        _expressions.Add(expression);
        _formats.Add(format);
    }

    public ReferenceExpression ToExpression() => new(_format.ToString(), [.. _values], [.. _expressions], [.. _formats]);

    /// <summary>Writes a value in a format; the only one there is escapes it for a URI.</summary>
    /// <exception cref="FormatException">The format is not known.</exception>
    public static string Write(string value, string format) =>
        string.Equals(format, "uri", StringComparison.OrdinalIgnoreCase)
            ? Uri.EscapeDataString(value)
            : throw new FormatException($"The format '{format}' is not supported. Supported formats are 'uri' (encodes a URI).");

    // A brace stands for itself in text and for a hole in a format string. One that was doubled already is left as it is.
    private static string Escape(string text) => text
        .Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal)
        .Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}
