using System.Text.RegularExpressions;

namespace Aspire.Hosting;

/// <summary>Chooses the launch profile of a project.</summary>
internal static partial class LaunchProfiles
{
    /// <summary>The profile asked for, or the one of the AppHost's name, or the first that starts the project. Null when there is none.</summary>
    /// <exception cref="DistributedApplicationException">The project file or the profile asked for does not exist.</exception>
    public static (string Name, LaunchProfile Profile)? Choose(IProjectMetadata project, ProjectResourceOptions options, string? appHostProfile)
    {
        if (options.ExcludeLaunchProfile)
            return null;
        if (project.LaunchSettings is null && !File.Exists(project.ProjectPath))
            throw new DistributedApplicationException($"Project file '{project.ProjectPath}' was not found.");

        var profiles = (project.LaunchSettings ?? LaunchSettings.Read(Path.GetDirectoryName(project.ProjectPath)!))?.Profiles;
        if (options.LaunchProfileName is { Length: > 0 } name)
        {
            return profiles?.TryGetValue(name, out var asked) is true ? (name, asked) : throw new DistributedApplicationException(
                $"Launch settings file does not contain '{name}' profile.");
        }

        if (profiles is null)
            return null;
        if (appHostProfile is { Length: > 0 } && profiles.TryGetValue(appHostProfile, out var same))
            return (appHostProfile, same);

        var first = profiles.FirstOrDefault(p => p.Value.CommandName is null or "" or "Project" or "Executable");
        return first.Value is null ? null : (first.Key, first.Value);
    }

    /// <summary>The arguments of a profile; those with spaces are between quotation marks there.</summary>
    public static IReadOnlyList<string> Arguments(LaunchProfile profile) =>
        [.. QuotedOrNot().Matches(profile.CommandLineArgs ?? "").Select(m => m.Value.Replace("\"", "", StringComparison.Ordinal))];

    /// <summary>The URLs that a profile listens on; the name is the scheme, and a number from the second of a scheme on.</summary>
    public static IEnumerable<(string EndpointName, string Scheme, string Host, int Port)> Endpoints(LaunchProfile profile)
    {
        var ofScheme = new Dictionary<string, int>();
        foreach (var url in profile.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var address = Microsoft.AspNetCore.Http.BindingAddress.Parse(url);
            var count = ofScheme[address.Scheme] = ofScheme.GetValueOrDefault(address.Scheme) + 1;
            yield return (count == 1 ? address.Scheme : $"{address.Scheme}{count}", address.Scheme, address.Host, address.Port);
        }
    }

    [GeneratedRegex("""(?:[^\s"]|"[^"]*")+""")]
    private static partial Regex QuotedOrNot();
}
