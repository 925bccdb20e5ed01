namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource, which may be declared or allocated later. Its value is its URL.</summary>
public sealed class EndpointReference : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    private EndpointAnnotation? _annotation;

    /// <summary>That endpoint of that resource.</summary>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(endpoint);
        Resource = owner;
        EndpointName = endpoint.Name;
        _annotation = endpoint;
    }

    /// <summary>The endpoint of that name, which need not be declared yet.</summary>
    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(endpointName);
        Resource = owner;
        EndpointName = endpointName;
    }

    /// <summary>The resource.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>The name of the endpoint.</summary>
    public string EndpointName { get; }

    /// <summary>What to say when the endpoint does not exist; null for the usual message.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The declaration of the endpoint.</summary>
    /// <exception cref="InvalidOperationException">There is no endpoint of that name.</exception>
    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException(ErrorMessage ?? $"The endpoint `{EndpointName}` is not defined for the resource `{Resource.Name}`.");

    /// <summary>Whether the endpoint is declared.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether its port has been chosen.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether its scheme is http.</summary>
    public bool IsHttp => string.Equals(Scheme, "http", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether its scheme is https.</summary>
    public bool IsHttps => string.Equals(Scheme, "https", StringComparison.OrdinalIgnoreCase);

    /// <summary>The scheme of its URL.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>The host to reach it.</summary>
    /// <exception cref="InvalidOperationException">Its port has not been chosen yet.</exception>
    public string Host => Allocated.Address;

    /// <summary>The port to reach it.</summary>
    /// <exception cref="InvalidOperationException">Its port has not been chosen yet.</exception>
    public int Port => Allocated.Port;

    /// <summary>The port that the process listens on; null when each replica has its own.</summary>
    public int? TargetPort => EndpointAnnotation.TargetPort;

    /// <summary>Its URL, without a path.</summary>
    /// <exception cref="InvalidOperationException">Its port has not been chosen yet.</exception>
    public string Url => Allocated.UriString;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    string IManifestExpressionProvider.ValueExpression => GetExpression(EndpointProperty.Url);

    internal AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The endpoint `{EndpointName}` is not allocated for the resource `{Resource.Name}`.");

    /// <summary>One property of the endpoint, as a value.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <summary>The URL; waits until the port has been chosen.</summary>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    /// <summary>The URL; waits until the port has been chosen.</summary>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(context, cancellationToken);

    internal string GetExpression(EndpointProperty property)
    {
        return property switch
        {
            EndpointProperty.Url => Binding("url"),
            EndpointProperty.Host or EndpointProperty.IPV4Host => Binding("host"),
            EndpointProperty.Port => Binding("port"),
            EndpointProperty.Scheme => Binding("scheme"),
            EndpointProperty.TargetPort => Binding("targetPort"),
            EndpointProperty.HostAndPort => $"{Binding("host")}:{Binding("port")}",
            _ => throw new InvalidOperationException($"The property '{property}' is not supported for the endpoint '{EndpointName}'."),
        };

        string Binding(string name) => $"{{{Resource.Name}.bindings.{EndpointName}.{name}}}";
    }

    private EndpointAnnotation? Find() => _annotation ??= Resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(a => string.Equals(a.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}
