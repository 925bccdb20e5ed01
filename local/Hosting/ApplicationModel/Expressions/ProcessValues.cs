using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Turns what was declared as an environment variable or argument into text.</summary>
internal static class ProcessValues
{
    /// <summary>The text of one value; null when it has none and is to be left out.</summary>
    public static async ValueTask<string?> TextAsync(
        object? value, DistributedApplicationOperation operation, ValueProviderContext? context = null, CancellationToken cancellationToken = default) =>
        value switch
        {
            null => null,
            string text => text,
            IManifestExpressionProvider named when operation is DistributedApplicationOperation.Publish => named.ValueExpression,
            IValueProvider provider => await provider.GetValueAsync(context ?? new(), cancellationToken),
            IResourceBuilder<IResource> { Resource: var resource } => await TextAsync(resource, operation, context, cancellationToken),
            bool truth => truth ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new DistributedApplicationException($"A value of type '{value.GetType()}' is neither text nor a value provider."),
        };
}
