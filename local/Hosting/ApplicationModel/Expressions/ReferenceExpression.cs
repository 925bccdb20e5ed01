using System.Globalization;
using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Text with holes that values fill in when the application runs.</summary>
public class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The empty text, whose value is null.</summary>
    public static readonly ReferenceExpression Empty = new("", [], [], []);

    private readonly string[] _manifestExpressions;
    private readonly string?[] _stringFormats;

    internal ReferenceExpression(string format, IValueProvider[] valueProviders, string[] manifestExpressions, string?[] stringFormats)
    {
        Format = format;
        ValueProviders = valueProviders;
        _manifestExpressions = manifestExpressions;
        _stringFormats = stringFormats;
    }

    /// <summary>The text as a composite format string; its holes are <c>{0}</c>, <c>{1}</c>, ...</summary>
    public string Format { get; }

    /// <summary>What the holes are called in a manifest, in order.</summary>
    public IReadOnlyList<string> ManifestExpressions => _manifestExpressions;

    /// <summary>How each value is to be written, in order; null as it is, <c>uri</c> escaped for a URI.</summary>
    public IReadOnlyList<string?> StringFormats => _stringFormats;

    /// <summary>What fills the holes, in order.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>The text with the holes filled by their names in a manifest.</summary>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, _manifestExpressions);

    /// <summary>Makes an expression out of an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.GetExpression();

    /// <summary>The text; null when it is empty. Waits until all values are known.</summary>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new(), cancellationToken);

    /// <summary>The text as seen by the one who asks; null when it is empty. Waits until all values are known.</summary>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        if (Format.Length == 0)
            return null;

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(context, cancellationToken);
            values[i] = value is not null && _stringFormats[i] is { } format ? ReferenceExpressionText.Write(value, format) : value;
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Collects the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly ReferenceExpressionText _text = new(literalLength, formattedCount);

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => _text.Literal(value);

        /// <summary>Adds text; null adds nothing.</summary>
        public readonly void AppendFormatted(string? value) => _text.Literal(value);

        /// <summary>Adds text in that format; null adds nothing.</summary>
        public readonly void AppendFormatted(string? value, string? format = null) => _text.Literal(value, format);

        /// <summary>Adds a hole that the value fills.</summary>
        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider =>
            _text.Hole(valueProvider, valueProvider.ValueExpression, null);

        /// <summary>Adds a hole that the value fills, in that format.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string? format = null) where T : IValueProvider, IManifestExpressionProvider =>
            _text.Hole(valueProvider, valueProvider.ValueExpression, format);

        /// <summary>Adds a hole that the resource fills.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _text.Hole(valueProvider.Resource, valueProvider.Resource.ValueExpression, null);

        /// <summary>Adds a hole that the resource fills, in that format.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _text.Hole(valueProvider.Resource, valueProvider.Resource.ValueExpression, format);

        internal readonly ReferenceExpression GetExpression() => _text.ToExpression();
    }
}
