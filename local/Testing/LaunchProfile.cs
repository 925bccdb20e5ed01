using System.Text.Json;

namespace Aspire.Hosting.Testing;

/// <summary>The launch profile of an AppHost: the one that is named, else the first, as with <c>dotnet run</c>.</summary>
internal static class LaunchProfile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The profile's environment variables and its name as DOTNET_LAUNCH_PROFILE; nothing when there are no launch settings.</summary>
    /// <exception cref="InvalidOperationException">No profile has that name.</exception>
    /// <exception cref="DistributedApplicationException">The file is not JSON.</exception>
    public static Dictionary<string, string?> Variables(string? projectPath, string? name)
    {
        var file = Path.Combine(projectPath ?? "", "Properties", "launchSettings.json");
        if (projectPath is null || !File.Exists(file))
            return [];
        using var document = Parse(file);
        if (!document.RootElement.TryGetProperty("profiles", out var profiles))
            return [];

        var profile = profiles.EnumerateObject().FirstOrDefault(candidate => string.IsNullOrEmpty(name) || candidate.NameEquals(name));
        if (profile.Value.ValueKind == JsonValueKind.Undefined)
        {
            return string.IsNullOrEmpty(name)
                ? []
                : throw new InvalidOperationException($"The configured launch profile, '{name}', was not found in {file}.");
        }
        var variables = new Dictionary<string, string?> { ["DOTNET_LAUNCH_PROFILE"] = profile.Name };
        if (profile.Value.TryGetProperty("environmentVariables", out var environment))
        {
            foreach (var variable in environment.EnumerateObject())
                variables[variable.Name] = variable.Value.GetString();
        }
        return variables;
    }

    private static JsonDocument Parse(string file)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllText(file), Lenient);
        }
        catch (JsonException fault)
        {
            throw new DistributedApplicationException($"The launch settings in {file} are not valid JSON: {fault.Message}", fault);
        }
    }
}
