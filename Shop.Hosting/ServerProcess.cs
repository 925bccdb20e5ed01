using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>
/// Replaces a server's container with a process. The server's resource stays in the model, with its databases, health check and connection
/// string. The process is a hidden executable resource beside it, whose states and output are copied to the server.
/// </summary>
internal sealed class ServerProcess
{
    private readonly IDistributedApplicationBuilder _builder;
    private readonly IResourceWithConnectionString _server;
    private readonly ServerSoftware _software;
    private readonly ExecutableResource _process;
    private readonly EndpointAnnotation _endpoint;
    private IReadOnlyDictionary<string, string> _settings = new Dictionary<string, string>();

    private ServerProcess(IDistributedApplicationBuilder builder, IResourceWithConnectionString server, ServerSoftware software)
    {
        (_builder, _server, _software) = (builder, server, software);
        RefuseWhatNeedsAContainer();
        foreach (var image in server.Annotations.OfType<ContainerImageAnnotation>().ToList())
            server.Annotations.Remove(image);

        // Without a proxy there is one hop less, and the port is known before anything starts.
        _endpoint = server.Annotations.OfType<EndpointAnnotation>().Single();
        var port = _endpoint.Port ?? LoopbackPort.Free();
        _endpoint.IsProxied = false;
        (_endpoint.Port, _endpoint.TargetPort) = (port, port);
        _process = AddProcess(port);
    }

    /// <summary>Makes the server run as a process, once the model is final.</summary>
    public static void Attach<T>(IResourceBuilder<T> server, ServerSoftware software)
        where T : ContainerResource, IResourceWithConnectionString
    {
        var builder = server.ApplicationBuilder;
        builder.Services.TryAddSingleton<ServerDirectories>();
        builder.Services.AddHostedService<OrderlyStop>();
        // Otherwise the run's files may be deleted while servers still use them.
        builder.Configuration["DcpPublisher:WaitForResourceCleanup"] ??= "true";
        var processName = $"{server.Resource.Name}-process";
        foreach (var (command, title, icon) in ((string, string, string)[])
            [(KnownResourceCommands.StartCommand, "Start", "Play"), (KnownResourceCommands.StopCommand, "Stop", "Stop"), (KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise")])
        {
            server.WithCommand(command, title, context => RunAsync(context, processName, command), new CommandOptions
            {
                IconName = icon,
                IconVariant = command == KnownResourceCommands.RestartCommand ? IconVariant.Regular : IconVariant.Filled,
                IsHighlighted = command != KnownResourceCommands.RestartCommand,
                UpdateState = context => IsOffered(command, context.ResourceSnapshot.State?.Text) ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
            });
        }

        builder.OnBeforeStart((start, cancellationToken) =>
        {
            if (builder.Resources.Contains(server.Resource))
                _ = new ServerProcess(builder, server.Resource, software);
            return Task.CompletedTask;
        });
    }

    private static async Task<ExecuteCommandResult> RunAsync(ExecuteCommandContext context, string processName, string command) =>
        await context.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(processName, command, context.CancellationToken);

    private static bool IsOffered(string command, string? state) =>
        command == KnownResourceCommands.StartCommand == (KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted);

    private void RefuseWhatNeedsAContainer()
    {
        var unsupported = _server.Annotations.Select(annotation => annotation switch
        {
            ContainerMountAnnotation { IsReadOnly: true } => "a read-only mount of its data",
            ContainerMountAnnotation mount when !mount.Target.StartsWith(_software.DataMount, StringComparison.Ordinal) => $"the mount '{mount.Target}'",
            ContainerFileSystemCallbackAnnotation => "files inside of its container",
            ContainerRuntimeArgsCallbackAnnotation => "arguments for a container runtime",
            ContainerLifetimeAnnotation { Lifetime: ContainerLifetime.Persistent } => "a lifetime beyond the run",
            CommandLineArgsCallbackAnnotation when !_software.TakesArguments => "arguments for its container",
            EndpointAnnotation endpoint when endpoint.Name != "tcp" => $"the endpoint '{endpoint.Name}'",
            _ => null,
        }).FirstOrDefault(what => what is not null);
        if (unsupported is not null)
            throw new DistributedApplicationException($"'{_server.Name}' has {unsupported}, which a process cannot have: leave that out or set Servers=containers.");
    }

    private ExecutableResource AddProcess(int port)
    {
        var process = _builder.AddExecutable($"{_server.Name}-process", "/bin/sh", Path.GetTempPath())
            .WithHidden()
            .WithArgs(context => context.Args.Add(Path.Combine(Directories(context.ExecutionContext.Services).RunOf(_server), _software.Script)))
            .WithEnvironment(context =>
            {
                var directories = Directories(context.ExecutionContext.Services);
                foreach (var (name, value) in _settings)
                    context.EnvironmentVariables[name] = value;
                context.EnvironmentVariables["DATA"] = directories.DataOf(_server);
                context.EnvironmentVariables["RUN"] = directories.RunOf(_server);
                context.EnvironmentVariables["PORT"] = port.ToString(CultureInfo.InvariantCulture);
                foreach (var ownPort in _software.OwnPorts)
                    context.EnvironmentVariables[ownPort] = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
            })
            .OnBeforeResourceStarted(PrepareAsync)
            .OnResourceEndpointsAllocated(AnnounceAsync)
            .OnInitializeResource(MirrorAsync)
            .OnResourceStopped((_, stopped, cancellationToken) => _builder.Eventing.PublishAsync(
                new ResourceStoppedEvent(_server, stopped.Services, stopped.ResourceEvent), cancellationToken));
        // The process gets the server's endpoint, its variables (user and password) and its arguments (settings).
        foreach (var shared in _server.Annotations.Where(annotation =>
            annotation is EndpointAnnotation or EnvironmentCallbackAnnotation or CommandLineArgsCallbackAnnotation).ToList())
        {
            process.WithAnnotation(shared);
        }

        return process.Resource;
    }

    private async Task PrepareAsync(ExecutableResource process, BeforeResourceStartedEvent starting, CancellationToken cancellationToken)
    {
        // Runs what is subscribed to the server's start, waiting for other resources included.
        await _builder.Eventing.PublishAsync(new BeforeResourceStartedEvent(_server, starting.Services), cancellationToken);
        var log = starting.Services.GetRequiredService<ResourceLoggerService>().GetLogger(_server);
        var console = ServersSetting.Logger(starting.Services);
        try
        {
            _settings = await _software.LocateAsync(line =>
            {
                log.LogInformation("{Line}", line);
                console.LogInformation("{Line}", line);
            }, cancellationToken);
            await using var script = typeof(ServerProcess).Assembly.GetManifestResourceStream(_software.Script)!;
            var directories = Directories(starting.Services);
            _ = directories.DataOf(_server);
            await using var file = File.Create(Path.Combine(directories.RunOf(_server), _software.Script));
            await script.CopyToAsync(file, cancellationToken);
        }
        catch (Exception e) when (e is ServerUnavailableException or IOException or UnauthorizedAccessException)
        {
            console.LogError("{Server} cannot start: {Reason}", _server.Name, e.Message);
            throw;
        }
    }

    private async Task AnnounceAsync(ExecutableResource process, ResourceEndpointsAllocatedEvent allocated, CancellationToken cancellationToken)
    {
        await _builder.Eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(_server, allocated.Services), cancellationToken);
        foreach (var resource in ServerAndChildren().OfType<IResourceWithConnectionString>())
            await _builder.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, allocated.Services), cancellationToken);
    }

    private Task MirrorAsync(ExecutableResource process, InitializeResourceEvent initialize, CancellationToken cancellationToken)
    {
        var stopping = initialize.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopped;
        _ = new ServerMirror(_process, ServerAndChildren(), _endpoint.Port!.Value, initialize.Services).RunAsync(stopping);
        return Task.CompletedTask;
    }

    private List<IResource> ServerAndChildren() =>
        [_server, .. _builder.Resources.OfType<IResourceWithParent>().Where(child => child.Parent == _server)];

    private static ServerDirectories Directories(IServiceProvider services) => services.GetRequiredService<ServerDirectories>();
}
