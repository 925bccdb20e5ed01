using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>Where RabbitMQ and the Erlang it runs on are.</summary>
/// <param name="Script">The script <c>rabbitmq-server</c> that becomes the server.</param>
/// <param name="Erlang">The directory of <c>erl</c> and <c>epmd</c>.</param>
/// <param name="Libraries">The value for LD_LIBRARY_PATH; empty for RabbitMQ of the system.</param>
internal sealed record RabbitMqBinaries(string Script, string Erlang, string Libraries)
{
    /// <summary>Looks on PATH and in the usual places, then in the cache, and fetches the distribution's packages last.</summary>
    /// <exception cref="ServerUnavailableException">It is not there and cannot be fetched.</exception>
    public static async Task<RabbitMqBinaries> LocateAsync(Action<string, bool> log, CancellationToken ct) =>
        FindInstalled() ?? await FetchAsync(log, ct);

    /// <summary>The system's own RabbitMQ with the system's own Erlang; null unless both are there.</summary>
    public static RabbitMqBinaries? FindInstalled() =>
        Scripts().FirstOrDefault(IsServerItself) is { } script && ErlangDirectories().FirstOrDefault(HoldsErlang) is { } erlang
            ? new(script, erlang, "")
            : null;

    /// <summary>RabbitMQ and Erlang from the distribution's packages, unpacked into the cache.</summary>
    /// <exception cref="ServerUnavailableException">They cannot be fetched.</exception>
    public static async Task<RabbitMqBinaries> FetchAsync(Action<string, bool> log, CancellationToken ct)
    {
        var root = await PackageCache.GetAsync(Package, log, ct);
        return new(ScriptsUnder(root).First(), ErlangUnder(root), PackageCache.LibraryPath(root));
    }

    private static readonly ServerPackage Package = new(
        "RabbitMQ", "rabbitmq-server", name => name.StartsWith("erlang-", StringComparison.Ordinal),
        root => ScriptsUnder(root).Any(IsServerItself) && HoldsErlang(ErlangUnder(root)))
    {
        Adapt = TellErlangWhereItIs,
    };

    // Debian's rabbitmq-server on PATH is a wrapper that changes to a user of its own; the server itself has its environment beside it.
    private static IEnumerable<string> Scripts()
    {
        if (Executables.Find("rabbitmq-server") is { } onPath)
            yield return Executables.Resolve(onPath);
        foreach (var script in ScriptsUnder("/"))
            yield return script;
        foreach (var prefix in Homebrew)
            yield return $"{prefix}/opt/rabbitmq/sbin/rabbitmq-server";
    }

    private static IEnumerable<string> ErlangDirectories()
    {
        if (Executables.Find("erl") is { } onPath)
            yield return Path.GetDirectoryName(Executables.Resolve(onPath))!;
        yield return ErlangUnder("/");
        yield return "/usr/lib64/erlang/bin";
        foreach (var prefix in Homebrew)
            yield return $"{prefix}/opt/erlang/lib/erlang/bin";
    }

    private static readonly string[] Homebrew = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];

    private static bool IsServerItself(string script) =>
        File.Exists(script) && File.Exists(Path.Combine(Path.GetDirectoryName(script)!, "rabbitmq-env"));

    private static bool HoldsErlang(string directory) =>
        File.Exists(Path.Combine(directory, "erl")) && File.Exists(Path.Combine(directory, "epmd"));

    private static IEnumerable<string> ScriptsUnder(string root)
    {
        var versions = Path.Combine(root, "usr/lib/rabbitmq/lib");
        return Directory.Exists(versions)
            ? Directory.EnumerateDirectories(versions, "rabbitmq_server-*").Order(StringComparer.Ordinal).Reverse()
                .Select(version => Path.Combine(version, "sbin/rabbitmq-server"))
            : [];
    }

    private static string ErlangUnder(string root) => Path.Combine(root, "usr/lib/erlang/bin");

    // Erlang's start scripts carry the place they were packaged for.
    private static void TellErlangWhereItIs(string root, string final)
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(root, "usr/lib/erlang"), "erl", SearchOption.AllDirectories);
        foreach (var script in scripts.Where(script => new FileInfo(script).LinkTarget is null))
        {
            var text = File.ReadAllText(script);
            File.WriteAllText(script, text.Replace(
                "ROOTDIR=/usr/lib/erlang", $"ROOTDIR='{final.Replace("'", "'\\''")}/usr/lib/erlang'", StringComparison.Ordinal));
        }
    }
}
