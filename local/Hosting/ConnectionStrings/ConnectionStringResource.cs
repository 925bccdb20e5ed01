using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A connection string made of text and values.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
    : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression { get; } =
        connectionStringExpression ?? throw new ArgumentNullException(nameof(connectionStringExpression));
}

/// <summary>A connection string that is given.</summary>
internal sealed class ConnectionStringParameterResource(string name, Func<ParameterDefault?, string> callback, string? variable)
    : ParameterResource(name, callback, secret: true), IResourceWithConnectionString
{
    public string? ConnectionStringEnvironmentVariable => variable;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{new ValueOf(this)}");

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(cancellationToken);

    ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) =>
        GetValueAsync(cancellationToken);

    /// <summary>The parameter as nothing but a value, so that it is not asked for its own connection string without end.</summary>
    private sealed class ValueOf(ConnectionStringParameterResource parameter) : IValueProvider, IManifestExpressionProvider
    {
        public string ValueExpression => $"{{{parameter.Name}.connectionString}}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => parameter.GetValueAsync(cancellationToken);
    }
}
