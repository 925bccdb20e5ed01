using System.Runtime.InteropServices;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>apt or dpkg could not do what was asked; the message is their reason.</summary>
internal sealed class AptException(string message) : Exception(message);

/// <summary>Gets a server's packages from the distribution's archive and unpacks them, as any user and without installing anything.</summary>
/// <param name="stateDirectory">Where package lists of our own go if the system has none, or ones too old to be of use.</param>
/// <param name="package">The server.</param>
/// <param name="log">Told what is being done.</param>
internal sealed class AptPackages(string stateDirectory, ServerPackage package, Action<string, bool> log)
{
    /// <summary>True on Debian, Ubuntu and what is made from them.</summary>
    public static bool AreAvailable { get; } =
        OperatingSystem.IsLinux() && Executables.Find("apt-get") is not null && Executables.Find("dpkg-deb") is not null;

    /// <summary>Names the system whose packages these are, as in <c>debian-12-x64</c>.</summary>
    public static string SystemName()
    {
        var release = File.ReadLines("/etc/os-release").Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('"'));
        var version = release.GetValueOrDefault("VERSION_ID") ?? release.GetValueOrDefault("VERSION_CODENAME") ?? "rolling";
        return $"{release.GetValueOrDefault("ID", "linux")}-{version}-{RuntimeInformation.OSArchitecture}".ToLowerInvariant();
    }

    /// <summary>Downloads the server and what the system lacks of its libraries; returns the archives.</summary>
    /// <exception cref="AptException">Neither with the system's package lists nor with fresh ones.</exception>
    public async Task<IReadOnlyList<string>> DownloadAsync(string directory, CancellationToken ct)
    {
        // The system's lists first: they cost nothing. They may be missing (containers) or name versions that are gone.
        if ((await TryDownloadAsync(directory, [], ct)).Succeeded)
            return Directory.GetFiles(directory, "*.deb");

        log("Getting fresh package lists.", false);
        var ownLists = OwnLists();
        var update = await AptAsync("apt-get", ["update", .. ownLists], directory, ct);
        // One source out of reach fails the update but not what the others hold: the download decides.
        var download = await TryDownloadAsync(directory, ownLists, ct);
        if (!download.Succeeded)
        {
            // apt counts sources out of reach as success, and then finds no package.
            throw new AptException(update.Errors.Any(line => line.Contains("Failed to fetch", StringComparison.Ordinal))
                ? "the distribution's archive is out of reach"
                : download.Reason);
        }
        return Directory.GetFiles(directory, "*.deb");
    }

    /// <summary>Unpacks archives into a directory.</summary>
    /// <exception cref="AptException">An archive cannot be unpacked.</exception>
    public static async Task UnpackAsync(IReadOnlyList<string> archives, string root, CancellationToken ct)
    {
        foreach (var archive in archives)
        {
            var unpack = await Tool.RunAsync("dpkg-deb", ["-x", archive, root], root, ct);
            if (!unpack.Succeeded)
                throw new AptException(unpack.Reason);
        }
    }

    /// <summary>The version in the name of a package's archive: name_version_architecture.deb.</summary>
    public static string VersionOf(IReadOnlyList<string> archives, string name) =>
        archives.Select(archive => Path.GetFileName(archive).Split('_')).First(parts => parts[0] == name)[1];

    private async Task<ToolResult> TryDownloadAsync(string directory, string[] options, CancellationToken ct)
    {
        var graph = await AptAsync("apt-cache",
            [
                "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces",
                "--no-enhances", .. options, package.Name,
            ], directory, ct);
        if (!graph.Succeeded)
            return graph;

        var installed = await InstalledAsync(directory, ct);
        var wanted = PackageGraph.Parse(graph.Output).Closure(package.Name, installed, name =>
            package.IsPart(name) || (IsLibrary(name) && !installed.Contains(name)));
        log($"Downloading {wanted.Count} packages of {package.Title}.", false);
        return await AptAsync("apt-get", ["download", .. options, .. wanted], directory, ct);
    }

    // libllvm is 100 MB for compiling long queries, which is switched off.
    private static bool IsLibrary(string name) =>
        (name.StartsWith("lib", StringComparison.Ordinal) && !name.StartsWith("libllvm", StringComparison.Ordinal)) || name == "zlib1g";

    private static async Task<HashSet<string>> InstalledAsync(string directory, CancellationToken ct)
    {
        var query = await AptAsync("dpkg-query", ["-W", "-f", "${db:Status-Status} ${Package}\\n"], directory, ct);
        return query.Output.Select(line => line.Split(' ')).Where(parts => parts is ["installed", _]).Select(parts => parts[1]).ToHashSet();
    }

    private string[] OwnLists()
    {
        var state = Path.Combine(stateDirectory, "state");
        var cache = Path.Combine(stateDirectory, "cache");
        Directory.CreateDirectory(Path.Combine(state, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(cache, "archives", "partial"));
        return
        [
            "-o", $"Dir::State={state}", "-o", "Dir::State::Lists=lists/", "-o", "Dir::State::status=/var/lib/dpkg/status",
            "-o", $"Dir::Cache={cache}", "-o", "Debug::NoLocking=1",
            // Kept small: 10 MB instead of 150.
            "-o", "Acquire::GzipIndexes=true", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
            // As root apt would step down to a user that may not enter these directories.
            "-o", "APT::Sandbox::User=root",
        ];
    }

    private static Task<ToolResult> AptAsync(string program, IReadOnlyList<string> arguments, string directory, CancellationToken ct) =>
        Tool.RunAsync(program, arguments, directory, ct);
}
