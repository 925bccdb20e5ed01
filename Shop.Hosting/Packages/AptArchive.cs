using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Shop.Hosting.Packages;

/// <summary>apt or dpkg failed; the message is its error.</summary>
internal sealed class AptException(string message) : Exception(message);

/// <summary>Downloads a server's packages from the distribution's archive and unpacks them. Needs no root, installs nothing.</summary>
/// <param name="stateDirectory">For package lists of our own, if the system has none or outdated ones.</param>
/// <param name="package">The server.</param>
/// <param name="log">Receives progress messages.</param>
internal sealed class AptArchive(string stateDirectory, ServerPackage package, Action<string> log)
{
    /// <summary>True on Debian, Ubuntu and their derivatives.</summary>
    public static bool IsAvailable { get; } = File.Exists("/usr/bin/apt-get") && File.Exists("/usr/bin/dpkg-deb");

    /// <summary>The system that the packages are for, as in <c>debian-12-x64</c>.</summary>
    public static string SystemName()
    {
        var release = File.ReadLines("/etc/os-release").Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('"'));
        var version = release.GetValueOrDefault("VERSION_ID") ?? release.GetValueOrDefault("VERSION_CODENAME") ?? "rolling";
        return $"{release.GetValueOrDefault("ID", "linux")}-{version}-{RuntimeInformation.OSArchitecture}".ToLowerInvariant();
    }

    /// <summary>Downloads the server and the libraries that the system lacks. Returns the archives.</summary>
    /// <exception cref="AptException">Neither with the system's package lists nor with fresh ones.</exception>
    public async Task<string[]> DownloadAsync(string directory, CancellationToken cancellationToken)
    {
        try
        {
            // The system's lists first: they are there already. In a container they may be missing, or outdated.
            await DownloadAsync(directory, [], cancellationToken);
        }
        catch (AptException)
        {
            log("Getting fresh package lists.");
            var ownLists = OwnLists();
            // The update fails when one source is out of reach, although the others may suffice: the download decides.
            var update = await RunAsync("/usr/bin/apt-get", ["update", .. ownLists], directory, cancellationToken);
            try
            {
                await DownloadAsync(directory, ownLists, cancellationToken);
            }
            catch (AptException) when (update.Errors.Contains("Failed to fetch", StringComparison.Ordinal))
            {
                // apt may count unreachable sources as success, and then finds no package.
                throw new AptException("the distribution's archive is out of reach");
            }
        }

        return Directory.GetFiles(directory, "*.deb");
    }

    /// <summary>Unpacks archives into a directory.</summary>
    /// <exception cref="AptException">An archive cannot be unpacked.</exception>
    public static async Task UnpackAsync(IEnumerable<string> archives, string root, CancellationToken cancellationToken)
    {
        foreach (var archive in archives)
            (await RunAsync("/usr/bin/dpkg-deb", ["-x", archive, root], root, cancellationToken)).Expect();
    }

    /// <summary>The version in the name of a package's archive: name_version_architecture.deb.</summary>
    public static string VersionOf(IEnumerable<string> archives, string name) =>
        archives.Select(archive => Path.GetFileName(archive).Split('_')).First(parts => parts[0] == name)[1];

    private async Task DownloadAsync(string directory, string[] options, CancellationToken cancellationToken)
    {
        // Simulates the installation on an empty system, so that apt chooses between alternatives.
        var simulation = await RunAsync(
            "/usr/bin/apt-get", ["install", "--simulate", "--no-install-recommends", .. options, "-o", "Dir::State::status=/dev/null", package.Name],
            directory, cancellationToken);
        simulation.Expect();
        var installed = await RunAsync("/usr/bin/dpkg-query", ["-W", "-f", "${db:Status-Status} ${Package}\\n"], directory, cancellationToken);
        var present = Lines(installed.Output).Where(line => line.StartsWith("installed ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).ToHashSet();
        var wanted = Lines(simulation.Output).Where(line => line.StartsWith("Inst ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])
            .Where(name => name == package.Name || package.IsPart(name) || (IsLibrary(name) && !present.Contains(name))).ToList();
        log($"Downloading {wanted.Count} packages of {package.Title}.");
        (await RunAsync("/usr/bin/apt-get", ["download", .. options, .. wanted], directory, cancellationToken)).Expect();
    }

    // libllvm (100 MB) is only for the JIT compiler, which run-postgres.sh turns off.
    private static bool IsLibrary(string name) =>
        (name.StartsWith("lib", StringComparison.Ordinal) && !name.StartsWith("libllvm", StringComparison.Ordinal)) || name == "zlib1g";

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
            // 10 MB instead of 150 MB.
            "-o", "Acquire::GzipIndexes=true", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
            // As root, apt would switch to a user that has no access to these directories.
            "-o", "APT::Sandbox::User=root",
        ];
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<Result> RunAsync(string program, string[] arguments, string directory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        try
        {
            using var process = Process.Start(start)!;
            using var killing = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return new(process.ExitCode, await output, await errors);
        }
        catch (Win32Exception e)
        {
            throw new AptException(e.Message);
        }
    }

    private sealed record Result(int ExitCode, string Output, string Errors)
    {
        /// <exception cref="AptException">The program failed.</exception>
        public void Expect()
        {
            if (ExitCode != 0)
            {
                var reasons = Lines(Errors);
                throw new AptException(reasons.LastOrDefault(line => line.StartsWith("E: ", StringComparison.Ordinal))?[3..]
                    ?? reasons.LastOrDefault() ?? $"exit code {ExitCode}");
            }
        }
    }
}
