using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Chooses the ports of all endpoints. A process listens on the public port itself; only where there are replicas, or where the process
/// insists on a port of its own, does a proxy stand in front.
/// </summary>
internal sealed class EndpointAllocator(IConfiguration configuration, ILogger<DistributedApplication> console) : IDisposable
{
    private readonly Ports _ports = new();
    private readonly Dictionary<(IResource, EndpointAnnotation), LoopbackProxy> _proxies = [];
    private readonly Dictionary<ResourceInstanceId, Dictionary<EndpointAnnotation, int>> _targetPorts = [];

    // Tests that run at the same time must not want the same ports.
    private bool RandomizePorts => configuration.GetValue<bool>("DcpPublisher:RandomizePorts");

    public void Allocate(DistributedApplicationModel model)
    {
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>().ToArray())
        {
            var instances = resource.Annotations.OfType<ResourceInstancesAnnotation>().SelectMany(a => a.Instances).ToArray();
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.AllocatedEndpoint is null).ToArray())
                Allocate(resource, endpoint, instances);
            if (instances.Length > 1)
                resource.Annotations.Add(new ReplicaEndpointsAnnotation(endpoint => LiveUrls(endpoint, instances)));
        }
    }

    /// <summary>The ports that a process is to listen on.</summary>
    public IReadOnlyDictionary<EndpointAnnotation, int> TargetPortsOf(ResourceInstanceId instance) =>
        _targetPorts.TryGetValue(instance, out var ports) ? ports : new Dictionary<EndpointAnnotation, int>();

    /// <summary>Frees the ports of a process that is about to listen there.</summary>
    public void Release(ResourceInstanceId instance)
    {
        foreach (var port in TargetPortsOf(instance).Values)
            _ports.Release(port);
    }

    /// <summary>Takes a process into the proxies in front of it, or out of them.</summary>
    public void SetLive(IResource resource, ResourceInstanceId instance, bool live)
    {
        foreach (var (endpoint, port) in TargetPortsOf(instance))
        {
            if (_proxies.TryGetValue((resource, endpoint), out var proxy))
                proxy.SetLive(port, live);
        }
    }

    public void Dispose()
    {
        foreach (var proxy in _proxies.Values)
            proxy.Dispose();
        _ports.Dispose();
    }

    private void Allocate(IResourceWithEndpoints resource, EndpointAnnotation endpoint, ResourceInstanceId[] instances)
    {
        // The port in a container is no port of this machine.
        var ownPort = resource is ContainerResource ? null : endpoint.TargetPort;
        var publicPort = HoldPublic(resource, endpoint, ownPort);
        if (instances.Length > 1 || (ownPort is { } own && own != publicPort))
        {
            _ports.Release(publicPort);
            _proxies.Add((resource, endpoint), new LoopbackProxy(publicPort));
            foreach (var instance in instances)
                Assign(instance, endpoint, instances.Length == 1 ? ownPort!.Value : _ports.HoldAny());
        }
        else
        {
            foreach (var instance in instances)
                Assign(instance, endpoint, publicPort);
        }

        var target = instances.Length == 1 ? TargetPortsOf(instances[0])[endpoint].ToString(CultureInfo.InvariantCulture) : null;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", publicPort, target);
    }

    private int HoldPublic(IResource resource, EndpointAnnotation endpoint, int? ownPort)
    {
        var wanted = RandomizePorts && endpoint.IsProxied ? ownPort : endpoint.Port ?? ownPort;
        if (wanted is null or 0)
            return _ports.HoldAny();
        if (_ports.TryHold(wanted.Value))
            return wanted.Value;

        var other = _ports.HoldAny();
        console.LogWarning(
            "Port {Port} of {ResourceName} is taken by {Owner}; {ResourceName} uses port {OtherPort} instead.",
            wanted, resource.Name, PortOwner.Describe(wanted.Value), resource.Name, other);
        return other;
    }

    private void Assign(ResourceInstanceId instance, EndpointAnnotation endpoint, int port)
    {
        if (!_targetPorts.TryGetValue(instance, out var ports))
            _targetPorts.Add(instance, ports = []);
        ports.Add(endpoint, port);
    }

    private List<string> LiveUrls(EndpointReference endpoint, ResourceInstanceId[] instances)
    {
        if (!_proxies.TryGetValue((endpoint.Resource, endpoint.EndpointAnnotation), out var proxy))
            return [];
        return [.. instances
            .Select(i => TargetPortsOf(i)[endpoint.EndpointAnnotation])
            .Where(proxy.IsLive)
            .Select(port => $"{endpoint.Scheme}://localhost:{port}")];
    }
}

/// <summary>Tells where each replica that runs listens by itself.</summary>
internal sealed class ReplicaEndpointsAnnotation(Func<EndpointReference, IReadOnlyList<string>> urls) : IResourceAnnotation
{
    public IReadOnlyList<string> UrlsOf(EndpointReference endpoint) => urls(endpoint);
}
