using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A named endpoint of a resource.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private int? _port;
    private int? _targetPort;
    private bool _portIsUnset;
    private bool _targetPortIsUnset;
    private string? _transport;

    /// <summary>Declares an endpoint; its name is the scheme unless one is given, and the scheme is the protocol unless one is given.</summary>
    public EndpointAnnotation(
        ProtocolType protocol, string? uriScheme = null, string? transport = null, [EndpointName] string? name = null,
        int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true)
    {
        uriScheme ??= protocol.ToString().ToLowerInvariant();
        name ??= uriScheme;
        ModelName.Validate(nameof(EndpointAnnotation), name);

        Protocol = protocol;
        UriScheme = uriScheme;
        Name = name;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
        _transport = transport;
        _port = port;
        _targetPort = targetPort;
    }

    /// <summary>The name, unique in the resource.</summary>
    public string Name { get; set; }

    /// <summary>The protocol below, as a rule TCP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The port that others use; null when any will do.</summary>
    public int? Port
    {
        get => _port ?? (IsProxied || _portIsUnset ? null : _targetPort);
        set => (_port, _portIsUnset) = (value, value is null);
    }

    /// <summary>The port that the process itself listens on; null when any will do.</summary>
    public int? TargetPort
    {
        get => _targetPort ?? (IsProxied || _targetPortIsUnset ? null : _port);
        set => (_targetPort, _targetPortIsUnset) = (value, value is null);
    }

    /// <summary>The scheme of its URL.</summary>
    public string UriScheme { get; set; }

    /// <summary>The host that the process binds to.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>How it is spoken to: <c>http</c>, <c>http2</c>, <c>tcp</c>.</summary>
    public string Transport
    {
        get => _transport ?? (UriScheme is "http" or "https" ? "http" : Protocol.ToString().ToLowerInvariant());
        set => _transport = value;
    }

    /// <summary>Whether it is meant to be reached from outside. Locally all endpoints are bound to loopback.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether a proxy may stand in front of the process.</summary>
    public bool IsProxied { get; set; } = true;

    /// <summary>Where it is reached; null until its port has been chosen.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => AllocatedEndpointSnapshot.IsValueSet ? AllocatedEndpointSnapshot.GetValueAsync().GetAwaiter().GetResult() : null;
        set
        {
            if (value is null)
                AllocatedEndpointSnapshot.SetException(new InvalidOperationException($"The endpoint `{Name}` is not allocated"));
            else
                AllocatedEndpointSnapshot.SetValue(value);
        }
    }

    /// <summary>Where it is reached, to wait for.</summary>
    public ValueSnapshot<AllocatedEndpoint> AllocatedEndpointSnapshot { get; } = new();

    internal bool FromLaunchProfile { get; set; }
}

/// <summary>Where an endpoint is reached.</summary>
public class AllocatedEndpoint
{
    /// <summary>An endpoint that is reached at that address and port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port is not between 1 and 65535.</exception>
    public AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        Endpoint = endpoint;
        Address = address;
        Port = port;
        TargetPortExpression = targetPortExpression;
    }

    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; }

    /// <summary>The host name or address.</summary>
    public string Address { get; private set; }

    /// <summary>The port.</summary>
    public int Port { get; private set; }

    /// <summary>The port that the process listens on; null when each replica has one of its own.</summary>
    public string? TargetPortExpression { get; }

    /// <summary>The scheme of the URL.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary>Host and port.</summary>
    public string EndPointString => $"{Address}:{Port}";

    /// <summary>The URL, without a path.</summary>
    public string UriString => $"{UriScheme}://{EndPointString}";

    /// <inheritdoc />
    public override string ToString() => UriString;
}
