using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>The builder of an AppHost that is held at Build.</summary>
internal sealed class AppHostTestingBuilder(SuspendedAppHost appHost, DistributedApplicationBuilder builder) : IDistributedApplicationTestingBuilder
{
    public ConfigurationManager Configuration => builder.Configuration;

    public string AppHostDirectory => builder.AppHostDirectory;

    public Assembly? AppHostAssembly => builder.AppHostAssembly;

    public IHostEnvironment Environment => builder.Environment;

    public IServiceCollection Services => builder.Services;

    public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

    public IDistributedApplicationEventing Eventing => builder.Eventing;

    public IResourceCollection Resources => builder.Resources;

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => builder.AddResource(resource);

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => builder.CreateResourceBuilder(resource);

    public DistributedApplication Build() => BuildAsync(CancellationToken.None).GetAwaiter().GetResult();

    public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
        new AppHostApplication(new AppHostControl(appHost, await appHost.ResumeAsync(cancellationToken)));

    public void Dispose() => appHost.Dispose();

    public ValueTask DisposeAsync() => appHost.DisposeAsync();
}

/// <summary>The application as the test holds it. It is the AppHost's Main that runs it; here one waits for that, or ends it.</summary>
internal sealed class AppHostApplication(AppHostControl control) : DistributedApplication(control)
{
    public override Task StartAsync(CancellationToken cancellationToken = default) => control.StartAsync(cancellationToken);

    public override Task StopAsync(CancellationToken cancellationToken = default) => control.StopAsync(cancellationToken);

    public override Task RunAsync(CancellationToken cancellationToken = default) => control.RunAsync(cancellationToken);
}

/// <summary>Starting waits for Main to start, stopping ends Main.</summary>
internal sealed class AppHostControl(SuspendedAppHost appHost, DistributedApplication application) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => application.Services;

    public Task StartAsync(CancellationToken cancellationToken = default) => appHost.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => appHost.DisposeAsync().AsTask().WaitAsync(cancellationToken);

    public void Dispose() => appHost.Dispose();

    public ValueTask DisposeAsync() => appHost.DisposeAsync();
}
