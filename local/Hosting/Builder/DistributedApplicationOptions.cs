using System.Reflection;

namespace Aspire.Hosting;

/// <summary>How an application is made.</summary>
public sealed class DistributedApplicationOptions
{
    private readonly Lazy<Assembly?> _assembly;
    private string? _projectDirectory;
    private bool _projectDirectoryIsSet;

    /// <summary>The usual options.</summary>
    public DistributedApplicationOptions() => _assembly = new(FindAssembly);

    /// <summary>The arguments of the program; null for none.</summary>
    public string[]? Args { get; set; }

    /// <summary>The name of the AppHost's assembly; null for the one that the process started with.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The directory of the AppHost's project; null when it is not known.</summary>
    public string? ProjectDirectory
    {
        get => _projectDirectoryIsSet ? _projectDirectory : Metadata("AppHostProjectPath");
        set => (_projectDirectory, _projectDirectoryIsSet) = (value, true);
    }

    /// <summary>
    /// Whether to do without the dashboard. Then a resource whose dependency fails does not wait for it to come back but fails too.
    /// </summary>
    public bool DisableDashboard { get; set; }

    /// <summary>The application's name on the dashboard; null for its own.</summary>
    public string? DashboardApplicationName { get; set; }

    /// <summary>Whether the lines that resources print are also written to the application's log.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Whether the dashboard may be reached without TLS.</summary>
    public bool AllowUnsecuredTransport { get; set; }

    internal Assembly? Assembly => _assembly.Value;

    internal string? ProjectName => Metadata("AppHostProjectName");

    /// <summary>Debug, Release: what the AppHost was built as, and so the projects that it starts. Null when it is not known.</summary>
    internal string? Configuration => Assembly?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration;

    private Assembly? FindAssembly()
    {
        if (string.IsNullOrEmpty(AssemblyName))
            return Assembly.GetEntryAssembly();

        try
        {
            return Assembly.Load(AssemblyName);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            throw new InvalidOperationException(
                $"Failed to load AppHost assembly '{AssemblyName}' specified in {nameof(DistributedApplicationOptions)}.", e);
        }
    }

    private string? Metadata(string key) => Assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => string.Equals(a.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;
}
