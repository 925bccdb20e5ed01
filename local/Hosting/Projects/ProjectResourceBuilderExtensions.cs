using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Declares projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the AppHost refers to.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a project that the AppHost refers to, with that launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, Using(launchProfileName));

    /// <summary>Adds a project that the AppHost refers to.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new() => builder.Add(name, new TProject(), configure);

    /// <summary>Adds a project by the path of its file, relative to the AppHost's directory.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath) =>
        builder.AddProject(name, projectPath, _ => { });

    /// <summary>Adds a project by the path of its file, with that launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath, string? launchProfileName) =>
        builder.AddProject(name, projectPath, Using(launchProfileName));

    /// <summary>Adds a project by the path of its file, relative to the AppHost's directory.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(projectPath);
        return builder.Add(name, new ProjectFile(Path.GetFullPath(projectPath.Replace('\\', '/'), builder.AppHostDirectory)), configure);
    }

    /// <summary>Runs the project in that many processes. Those who use it see one, whose connections go to each in turn.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas));
    }

    /// <summary>Leaves endpoints out of ASPNETCORE_URLS.</summary>
    public static IResourceBuilder<ProjectResource> WithEndpointsInEnvironment(
        this IResourceBuilder<ProjectResource> builder, Func<EndpointAnnotation, bool> filter)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(filter);
        return builder.WithAnnotation(new EndpointsInEnvironmentAnnotation(filter));
    }

    /// <summary>Has the project not trust forwarded headers when it is published. It makes no difference when it runs.</summary>
    public static IResourceBuilder<ProjectResource> DisableForwardedHeaders(this IResourceBuilder<ProjectResource> builder) => builder;

    private static Action<ProjectResourceOptions> Using(string? launchProfileName) => options =>
        (options.LaunchProfileName, options.ExcludeLaunchProfile) = (launchProfileName, launchProfileName is null);

    private static IResourceBuilder<ProjectResource> Add(
        this IDistributedApplicationBuilder builder, string name, IProjectMetadata project, Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ProjectResourceOptions();
        configure(options);

        var resource = builder.AddResource(new ProjectResource(name)).WithAnnotation(project);
        resource.WithTelemetry();

        var appHostProfile = builder.Configuration["AppHost:DefaultLaunchProfileName"] ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"];
        var chosen = LaunchProfiles.Choose(project, options, appHostProfile);
        if (!resource.WithKestrelEndpoints(project, options))
        {
            resource.WithEnvironment(SetUrls);
            if (chosen is { Profile: var profile })
                resource.WithProfileEndpoints(profile);
        }

        return chosen is { } launch ? resource.WithProfileEnvironment(launch.Name, launch.Profile) : resource;
    }

    private static void WithTelemetry(this IResourceBuilder<ProjectResource> resource)
    {
        resource.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_EMIT_EXCEPTION_LOG_ATTRIBUTES", "true")
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_EMIT_EVENT_LOG_ATTRIBUTES", "true")
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        if (resource.ApplicationBuilder.Environment.IsDevelopment())
        {
            resource.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "true")
                .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "true");
        }

        resource.WithOtlpExporter()
            .WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple")
            .WithEnvironment("LOGGING__CONSOLE__FORMATTEROPTIONS__TIMESTAMPFORMAT", "yyyy-MM-ddTHH:mm:ss.fffffff ")
            .WithEnvironment("DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION", "true");
    }

    private static void WithProfileEndpoints(this IResourceBuilder<ProjectResource> resource, LaunchProfile profile)
    {
        foreach (var (name, scheme, host, port) in LaunchProfiles.Endpoints(profile))
        {
            resource.WithEndpoint(name, endpoint =>
            {
                endpoint.UriScheme = scheme;
                endpoint.Port = port;
                endpoint.TargetHost = LoopbackName(host);
                endpoint.FromLaunchProfile = true;
            });
        }
    }

    private static IResourceBuilder<ProjectResource> WithProfileEnvironment(
        this IResourceBuilder<ProjectResource> resource, string name, LaunchProfile profile)
    {
        if (LaunchProfiles.Arguments(profile) is { Count: > 0 } arguments)
            resource.WithArgs([.. arguments]);
        return resource.WithEnvironment(context =>
        {
            context.EnvironmentVariables.TryAdd("DOTNET_LAUNCH_PROFILE", name);
            foreach (var (variable, value) in profile.EnvironmentVariables)
                context.EnvironmentVariables.TryAdd(variable, Environment.ExpandEnvironmentVariables(value));
        });
    }

    private static void SetUrls(EnvironmentCallbackContext context)
    {
        if (context.EnvironmentVariables.ContainsKey("ASPNETCORE_URLS"))
            return;

        var urls = new ReferenceExpressionBuilder();
        foreach (var endpoint in EndpointsInEnvironment((ProjectResource)context.Resource))
        {
            if (!urls.IsEmpty)
                urls.AppendLiteral(";");
            if (endpoint.IsHttps)
                context.EnvironmentVariables.TryAdd("ASPNETCORE_HTTPS_PORT", endpoint.Property(EndpointProperty.Port));
            urls.Append($"{endpoint.Scheme}://{endpoint.EndpointAnnotation.TargetHost}:{endpoint.Property(EndpointProperty.TargetPort)}");
        }

        if (!urls.IsEmpty)
            context.EnvironmentVariables["ASPNETCORE_URLS"] = urls.Build();
    }

    /// <summary>Takes the endpoints of the project's own configuration; false when there are none.</summary>
    private static bool WithKestrelEndpoints(this IResourceBuilder<ProjectResource> resource, IProjectMetadata project, ProjectResourceOptions options)
    {
        var endpoints = options.ExcludeKestrelEndpoints ? [] : KestrelEndpoints.Read(Path.GetDirectoryName(project.ProjectPath)!);
        foreach (var endpoint in endpoints)
        {
            resource.WithEndpoint(endpoint.EndpointName, annotation =>
            {
                annotation.UriScheme = endpoint.Address.Scheme;
                annotation.Port = endpoint.Address.Port;
                annotation.TargetHost = LoopbackName(endpoint.Address.Host);
            });
            var reference = resource.GetEndpoint(endpoint.EndpointName);
            resource.WithEnvironment(
                $"Kestrel__Endpoints__{endpoint.ConfigurationName}__Url",
                ReferenceExpression.Create(
                    $"{reference.Scheme}://{reference.EndpointAnnotation.TargetHost}:{reference.Property(EndpointProperty.TargetPort)}"));
        }

        return endpoints.Count > 0;
    }

    private static IEnumerable<EndpointReference> EndpointsInEnvironment(ProjectResource project) => project.GetEndpoints()
        .Where(e => e.EndpointAnnotation.UriScheme is "http" or "https")
        .Where(e => project.Annotations.OfType<EndpointsInEnvironmentAnnotation>().All(a => a.Filter(e.EndpointAnnotation)));

    // All endpoints are bound to loopback, whatever the profile says: this is a development machine.
    private static string LoopbackName(string host) => host is "127.0.0.1" or "[::1]" ? host : "localhost";

    private sealed class ProjectFile(string path) : IProjectMetadata
    {
        public string ProjectPath => path;
    }

    private sealed class EndpointsInEnvironmentAnnotation(Func<EndpointAnnotation, bool> filter) : IResourceAnnotation
    {
        public Func<EndpointAnnotation, bool> Filter => filter;
    }
}
