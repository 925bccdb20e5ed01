using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Where servers keep their data and what belongs to the run.</summary>
internal sealed class ServerDirectories(RunDirectory runDirectory)
{
    public string RunOf(IResource server) => runDirectory.Of(server.Name);

    /// <summary>A directory that survives the run when the server was declared to have a volume; else one that goes with the run.</summary>
    /// <exception cref="DistributedApplicationException">The server may not change its data.</exception>
    public string DataOf(IResource server)
    {
        if (!server.TryGetLastAnnotation<ContainerMountAnnotation>(out var mount))
            return runDirectory.Of($"{server.Name}-data");
        if (mount.IsReadOnly)
            throw new DistributedApplicationException($"The data of '{server.Name}' is mounted read-only, and a server has to write to it.");

        return mount.Type is ContainerMountType.BindMount ? mount.Source! : Path.Combine(Volumes(), mount.Source ?? server.Name);
    }

    // Servers do not run as root, and nobody but root gets into its home.
    private static string Volumes() => Environment.IsPrivilegedProcess && OperatingSystem.IsLinux()
        ? "/var/lib/aspire/volumes"
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "aspire", "volumes");
}
