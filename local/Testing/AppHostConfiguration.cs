using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>The configuration that an AppHost gets in a test: what <c>dotnet run</c> would give it, and no fixed ports.</summary>
internal static class AppHostConfiguration
{
    public static void Apply(
        Assembly appHost,
        string[] args,
        DistributedApplicationOptions options,
        HostApplicationBuilderSettings settings,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        // Main has passed them on already, unless it calls CreateBuilder() without arguments.
        if (settings.Args is null || !settings.Args.SequenceEqual(args))
            settings.Args = [.. settings.Args ?? [], .. args];
        settings.ApplicationName = appHost.GetName().Name;
        settings.Configuration ??= new ConfigurationManager();
        if (ProjectPath(appHost) is { } path && Directory.Exists(path))
            settings.ContentRootPath = path;
        options.Args = settings.Args;
        options.AssemblyName = appHost.GetName().Name;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;

        SetDefaults(settings,
        [
            new("DcpPublisher:RandomizePorts", "true"),
            new("DcpPublisher:WaitForResourceCleanup", "true"),
            new("ASPNETCORE_URLS", "http://localhost:8080"),
            new("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "http://localhost:4317"),
        ]);
        configure(options, settings);
        SetDefaults(settings, LaunchProfile.Variables(ProjectPath(appHost), Existing(settings)["DOTNET_LAUNCH_PROFILE"]).SelectMany(Forms));
    }

    /// <summary>The directory of the AppHost's project, or null when the assembly isn't an AppHost.</summary>
    public static string? ProjectPath(Assembly assembly) =>
        assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => string.Equals(attribute.Key, "apphostprojectpath", StringComparison.OrdinalIgnoreCase))?.Value;

    // What a test says in arguments or settings goes before what we assume.
    private static void SetDefaults(HostApplicationBuilderSettings settings, IEnumerable<KeyValuePair<string, string?>> defaults)
    {
        var existing = Existing(settings);
        settings.Configuration!.AddInMemoryCollection(
            defaults.Where(pair => existing[pair.Key] is null).DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).ToList());
    }

    private static ConfigurationManager Existing(HostApplicationBuilderSettings settings)
    {
        var existing = new ConfigurationManager();
        existing.AddCommandLine(settings.Args ?? []);
        existing.AddConfiguration(settings.Configuration!);
        return existing;
    }

    // As environment variables these would also be read without their prefix.
    private static IEnumerable<KeyValuePair<string, string?>> Forms(KeyValuePair<string, string?> variable)
    {
        yield return variable;
        foreach (var prefix in (string[])["DOTNET_", "ASPNETCORE_"])
        {
            if (variable.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                yield return new(variable.Key[prefix.Length..], variable.Value);
        }
    }
}
