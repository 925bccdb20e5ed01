using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>An endpoint that a project's own configuration names.</summary>
internal sealed record KestrelEndpoint(string EndpointName, string ConfigurationName, BindingAddress Address);

internal static class KestrelEndpoints
{
    /// <summary>Reads Kestrel:Endpoints of a project's appsettings.</summary>
    public static IReadOnlyList<KestrelEndpoint> Read(string projectDirectory)
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT");
        var endpoints = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(projectDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(projectDirectory, $"appsettings.{environment}.json"), optional: true)
            .Build()
            .GetSection("Kestrel:Endpoints").GetChildren()
            .Where(section => section["Url"] is not null)
            .Select(section => (section.Key, Address: BindingAddress.Parse(section["Url"]!)))
            .ToArray();

        // The only one of a scheme goes by the scheme's name.
        return [.. endpoints.Select(e => new KestrelEndpoint(
            endpoints.Count(other => other.Address.Scheme == e.Address.Scheme) == 1 ? e.Address.Scheme : e.Key, e.Key, e.Address))];
    }
}
