using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <inheritdoc cref="IDistributedApplicationBuilder" />
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    // The testing builder listens to these: it changes the options of an AppHost that it did not write, and gets hold of its builder.
    private const string ListenerName = "Aspire.Hosting";
    private const string ConstructingEvent = "DistributedApplicationBuilderConstructing";
    private const string ConstructedEvent = "DistributedApplicationBuilderConstructed";
    private const string BuildingEvent = "DistributedApplicationBuilding";
    private const string BuiltEvent = "DistributedApplicationBuilt";

    private readonly DistributedApplicationOptions _options;
    private readonly DistributedApplicationExecutionContextOptions _executionContextOptions;
    private readonly HostApplicationBuilder _host;

    /// <summary>A builder with those arguments.</summary>
    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args }) =>
        ArgumentNullException.ThrowIfNull(args);

    /// <summary>A builder with those options.</summary>
    /// <exception cref="DistributedApplicationException">The application is to be published, which only the official backend does.</exception>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        Announce(ConstructingEvent, (options, settings));

        _host = new HostApplicationBuilder(settings);
        AppHostDirectory = options.ProjectDirectory ?? _host.Environment.ContentRootPath;
        AppHostPath = Path.GetFullPath(Path.Join(AppHostDirectory, options.ProjectName ?? _host.Environment.ApplicationName));
        Configure();

        _executionContextOptions = new(Operation());
        ExecutionContext = new(_executionContextOptions);
        _host.Services.AddApplication(this, options);
        Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            ResourceIdentities.Assign(start.Model);
            return Task.CompletedTask;
        });

        Announce(ConstructedEvent, this);
    }

    /// <inheritdoc />
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc />
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc />
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc />
    public string AppHostDirectory { get; }

    /// <summary>The directory of the AppHost's project and the name of the project.</summary>
    public string AppHostPath { get; }

    /// <inheritdoc />
    public Assembly? AppHostAssembly => _options.Assembly;

    /// <inheritdoc />
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc />
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc />
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc />
    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } existing)
        {
            throw new DistributedApplicationException(
                $"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because resource of type " +
                $"'{existing.GetType()}' with that name already exists. Resource names are case-insensitive.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc />
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    /// <inheritdoc />
    public DistributedApplication Build()
    {
        Announce(BuildingEvent, this);
        if (Resources.GroupBy(r => r.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { Key: var name })
            throw new DistributedApplicationException($"Multiple resources with the name '{name}'. Resource names are case-insensitive.");

        var application = new DistributedApplication(_host.Build());
        _executionContextOptions.ServiceProvider = application.Services;
        Announce(BuiltEvent, application);
        return application;
    }

    private void Configure()
    {
        var path = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(AppHostPath.ToLowerInvariant())));
        Configuration.AddCommandLine(_options.Args ?? [], new Dictionary<string, string>
        {
            ["--operation"] = "AppHost:Operation",
            ["--publisher"] = "Publishing:Publisher",
        });
        Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AppHost:Directory"] = AppHostDirectory,
            ["AppHost:Path"] = AppHostPath,
            ["AppHost:Sha256"] = path,
            ["AppHost:PathSha256"] = path,
        });

        if (!_options.DisableDashboard && Configuration["AppHost:OtlpApiKey"] is null)
        {
            var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            Configuration["AppHost:OtlpApiKey"] = UserSecrets.Of(AppHostAssembly).GetOrSet("AppHost:OtlpApiKey", key);
        }
    }

    private DistributedApplicationOperation Operation()
    {
        var publishes = Configuration["Publishing:Publisher"] is not null
            || string.Equals(Configuration["AppHost:Operation"], "publish", StringComparison.OrdinalIgnoreCase);
        return publishes
            ? throw new DistributedApplicationException(
                "The local backend runs applications and does not publish them: build the AppHost with -p:AspireBackend=official for that.")
            : DistributedApplicationOperation.Run;
    }

    private static void Announce<T>(string name, T value)
    {
        using var listener = new DiagnosticListener(ListenerName);
        if (listener.IsEnabled(name))
            listener.Write(name, value);
    }
}
