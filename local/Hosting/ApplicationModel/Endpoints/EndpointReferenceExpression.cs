using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>Scheme, host and port.</summary>
    Url,

    /// <summary>The host to reach it.</summary>
    Host,

    /// <summary>The host as an IPv4 address.</summary>
    IPV4Host,

    /// <summary>The port to reach it.</summary>
    Port,

    /// <summary>The scheme.</summary>
    Scheme,

    /// <summary>The port that the process listens on; each replica has its own.</summary>
    TargetPort,

    /// <summary>Host and port with a colon between them.</summary>
    HostAndPort,
}

/// <summary>One property of an endpoint, as a value.</summary>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference ?? throw new ArgumentNullException(nameof(endpointReference));

    /// <summary>The property.</summary>
    public EndpointProperty Property { get; } = property;

    /// <summary>What it is called in a manifest.</summary>
    public string ValueExpression => Endpoint.GetExpression(Property);

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <summary>The value; waits until the port has been chosen.</summary>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => GetValueAsync(new(), cancellationToken);

    /// <summary>The value; waits until the port has been chosen.</summary>
    /// <exception cref="InvalidOperationException">The property is not known, or is the target port of a resource that has none of its own.</exception>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
    {
        switch (Property)
        {
            case EndpointProperty.Scheme:
                return Endpoint.Scheme;
            case EndpointProperty.IPV4Host:
                return "127.0.0.1";
            case EndpointProperty.TargetPort when context is ReplicaValueContext replica && replica.Find(Endpoint) is { } own:
                return own.ToString(CultureInfo.InvariantCulture);
        }

        var allocated = await Endpoint.EndpointAnnotation.AllocatedEndpointSnapshot.GetValueAsync(cancellationToken);
        return Property switch
        {
            EndpointProperty.Url => allocated.UriString,
            EndpointProperty.Host => allocated.Address,
            EndpointProperty.Port => allocated.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.HostAndPort => allocated.EndPointString,
            EndpointProperty.TargetPort => allocated.TargetPortExpression ?? throw new InvalidOperationException(
                $"Each replica of '{Endpoint.Resource.Name}' has its own target port; only its own environment and arguments can name it."),
            _ => throw new InvalidOperationException($"The property '{Property}' is not supported for the endpoint '{Endpoint.EndpointName}'."),
        };
    }
}

/// <summary>Asks on behalf of one replica, whose ports are its own.</summary>
internal sealed class ReplicaValueContext : ValueProviderContext
{
    public required ResourceInstanceId Instance { get; init; }

    public required IReadOnlyDictionary<EndpointAnnotation, int> TargetPorts { get; init; }

    /// <summary>The port that the replica listens on for that endpoint; null when the endpoint is not its own.</summary>
    public int? Find(EndpointReference endpoint) =>
        TargetPorts.TryGetValue(endpoint.EndpointAnnotation, out var port) ? port : null;
}
