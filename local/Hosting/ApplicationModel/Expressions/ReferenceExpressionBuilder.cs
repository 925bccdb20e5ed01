using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Writes a <see cref="ReferenceExpression"/> part by part.</summary>
public class ReferenceExpressionBuilder
{
    private readonly ReferenceExpressionText _text = new();

    /// <summary>True as long as nothing has been written.</summary>
    public bool IsEmpty => _text.IsEmpty;

    /// <summary>Adds an interpolated string; its handler has written it when this is called.</summary>
#pragma warning disable CA1822, IDE0060 // the signature is Aspire's
    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler) { }
#pragma warning restore CA1822, IDE0060

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value) => _text.Literal(value);

    /// <summary>Adds text; null adds nothing.</summary>
    public void AppendFormatted(string? value) => _text.Literal(value);

    /// <summary>Adds text in that format; null adds nothing.</summary>
    public void AppendFormatted(string? value, string? format) => _text.Literal(value, format);

    /// <summary>Adds a hole that the value fills.</summary>
    public void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider =>
        AppendFormatted(valueProvider, null);

    /// <summary>Adds a hole that the value fills, in that format.</summary>
    public void AppendFormatted<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider =>
        _text.Hole(valueProvider, valueProvider.ValueExpression, format);

    /// <summary>The expression written so far.</summary>
    public ReferenceExpression Build() => _text.ToExpression();

    /// <summary>Writes the parts of an interpolated string into a builder.</summary>
    [InterpolatedStringHandler]
#pragma warning disable CS9113, IDE0060 // the compiler passes both lengths to every handler
    public ref struct ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder)
#pragma warning restore CS9113, IDE0060
    {
        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => builder.AppendLiteral(value);

        /// <summary>Adds text; null adds nothing.</summary>
        public readonly void AppendFormatted(string? value) => builder.AppendFormatted(value);

        /// <summary>Adds text in that format; null adds nothing.</summary>
        public readonly void AppendFormatted(string? value, string format) => builder.AppendFormatted(value, format);

        /// <summary>Adds a hole that the value fills.</summary>
        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider =>
            builder.AppendFormatted(valueProvider, null);

        /// <summary>Adds a hole that the value fills, in that format.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider =>
            builder.AppendFormatted(valueProvider, format);

        /// <summary>Adds a hole that the resource fills.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => builder.AppendFormatted(valueProvider.Resource, null);

        /// <summary>Adds a hole that the resource fills, in that format.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format)
            where T : IResource, IValueProvider, IManifestExpressionProvider => builder.AppendFormatted(valueProvider.Resource, format);
    }
}
