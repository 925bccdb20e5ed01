using Shop.Hosting.Packages;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>The setting <c>Servers</c>: <c>processes</c>, <c>containers</c>, or not set, which means processes where they can be had.</summary>
internal static class ServersSetting
{
    /// <summary>The category of what is logged about servers.</summary>
    public const string LogCategory = "Servers";

    /// <summary>Decides for one server, with the reason for the log.</summary>
    /// <exception cref="DistributedApplicationException">The setting has another value.</exception>
    public static (bool AsProcess, string Reason) Choose(IConfiguration configuration, ServerSoftware software)
    {
        switch (configuration["Servers"]?.ToLowerInvariant())
        {
            case "processes":
                return (true, "Servers=processes");
            case "containers":
                return (false, "Servers=containers");
            case null or "":
                break;
            case var other:
                throw new DistributedApplicationException($"Servers is '{other}'. It can be 'processes' or 'containers', or not be set.");
        }

        if (OperatingSystem.IsWindows())
            return (false, "on Windows servers do not run as processes");
        if (software.FindInstalled() is not null)
            return (true, $"{software.Title} is installed");
        return AptArchive.IsAvailable
            ? (true, $"{software.Title} comes from the distribution's packages")
            : (false, $"{software.Title} is not installed, and this is not Debian or Ubuntu, where it could be fetched");
    }

    public static ILogger Logger(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger(LogCategory);
}
