using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aspire.Hosting;

/// <summary>What launchSettings.json says.</summary>
public sealed class LaunchSettings
{
    /// <summary>The profiles by name, in the order of the file.</summary>
    [JsonPropertyName("profiles")]
#pragma warning disable CA2227 // the signature is Aspire's
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
#pragma warning restore CA2227

    /// <summary>Reads the launch settings of a project.</summary>
    /// <param name="projectDirectory">The directory of the project.</param>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="DistributedApplicationException">The file is not JSON.</exception>
    internal static LaunchSettings? Read(string projectDirectory)
    {
        var path = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        if (!File.Exists(path))
            return null;

        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, LaunchSettingsJson.Default.LaunchSettings);
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"There is malformed JSON in the launch settings file '{path}'.", e);
        }
    }
}

/// <summary>One way to start a project.</summary>
public sealed class LaunchProfile
{
    /// <summary>What it starts: Project for the project itself.</summary>
    [JsonPropertyName("commandName")]
    public string? CommandName { get; set; }

    /// <summary>The program to run in its place; null for the project.</summary>
    [JsonPropertyName("executablePath")]
    public string? ExecutablePath { get; set; }

    /// <summary>Its arguments; null for none.</summary>
    [JsonPropertyName("commandLineArgs")]
    public string? CommandLineArgs { get; set; }

    /// <summary>Whether <c>dotnet run</c> says what it does.</summary>
    [JsonPropertyName("dotnetRunMessages")]
    public bool? DotnetRunMessages { get; set; }

    /// <summary>Whether to open a browser.</summary>
    [JsonPropertyName("launchBrowser")]
    public bool? LaunchBrowser { get; set; }

    /// <summary>The URL to open there, or a path on the first of its URLs; null for the latter itself.</summary>
    [JsonPropertyName("launchUrl")]
    public string? LaunchUrl { get; set; }

    /// <summary>The URLs that it listens on, with semicolons between them; null for none.</summary>
    [JsonPropertyName("applicationUrl")]
    public string? ApplicationUrl { get; set; }

    /// <summary>Its environment variables.</summary>
    [JsonPropertyName("environmentVariables")]
#pragma warning disable CA2227 // the signature is Aspire's
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
#pragma warning restore CA2227
}

[JsonSourceGenerationOptions(ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(LaunchSettings))]
internal sealed partial class LaunchSettingsJson : JsonSerializerContext;
