using System.Diagnostics;
using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>A builder without a Main: the test describes the resources itself.</summary>
internal sealed class StandaloneTestingBuilder : IDistributedApplicationTestingBuilder
{
    private readonly DistributedApplicationBuilder _builder;
    private DistributedApplication? _application;

    public StandaloneTestingBuilder(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure, Assembly appHost)
    {
        DistributedApplicationBuilder? builder = null;
        var events = new BuilderEvents
        {
            Constructing = (options, settings) => AppHostConfiguration.Apply(appHost, args, options, settings, configure),
        };
        // The arguments are added with the configuration.
        events.During(() => builder = new DistributedApplicationBuilder([]));
        _builder = builder!;
        _builder.Services.AddHttpClient();
        _builder.Services.ConfigureHttpClientDefaults(client => client.AddStandardResilienceHandler());
    }

    /// <summary>The nearest caller's assembly that is an AppHost.</summary>
    /// <exception cref="InvalidOperationException">No caller is in the assembly of an AppHost.</exception>
    public static Assembly CallingAppHost() =>
        new StackTrace().GetFrames()
            .Select(frame => frame.GetMethod()?.DeclaringType?.Assembly)
            .OfType<Assembly>()
            .FirstOrDefault(assembly => AppHostConfiguration.ProjectPath(assembly) is not null)
        ?? throw new InvalidOperationException(
            "No application host assembly was found among the callers. Call Create() from an AppHost project, or use CreateAsync<Projects.My_AppHost>().");

    public ConfigurationManager Configuration => _builder.Configuration;

    public string AppHostDirectory => _builder.AppHostDirectory;

    public Assembly? AppHostAssembly => _builder.AppHostAssembly;

    public IHostEnvironment Environment => _builder.Environment;

    public IServiceCollection Services => _builder.Services;

    public DistributedApplicationExecutionContext ExecutionContext => _builder.ExecutionContext;

    public IDistributedApplicationEventing Eventing => _builder.Eventing;

    public IResourceCollection Resources => _builder.Resources;

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => _builder.AddResource(resource);

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => _builder.CreateResourceBuilder(resource);

    public DistributedApplication Build() => _application = _builder.Build();

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Build());
    }

    public void Dispose() => _application?.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
            await _application.DisposeAsync();
    }
}
