using Shop.Hosting.Packages;

namespace Shop.Hosting;

/// <summary>RabbitMQ and the Erlang that it runs on, found where distributions and Homebrew put them.</summary>
internal sealed class RabbitMQSoftware() : ServerSoftware("RabbitMQ", "run-rabbitmq.sh", "/var/lib/rabbitmq", Package)
{
    private static readonly ServerPackage Package = new(
        "RabbitMQ", "rabbitmq-server", part => part.StartsWith("erlang-", StringComparison.Ordinal))
    {
        Relocate = TellErlangWhereItIs,
    };

    private static readonly string[] HomebrewPrefixes = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];

    public override IReadOnlyList<string> OwnPorts => ["DIST_PORT", "EPMD_PORT"];

    public override IReadOnlyDictionary<string, string>? FindInstalled() =>
        Scripts().FirstOrDefault(IsServerItself) is { } script && ErlangDirectories().FirstOrDefault(HoldsErlang) is { } erlang
            ? Settings(script, erlang, "")
            : null;

    protected override IReadOnlyDictionary<string, string>? FindUnpacked(string root) =>
        ScriptsUnder(root).FirstOrDefault(IsServerItself) is { } script && HoldsErlang(ErlangUnder(root))
            ? Settings(script, ErlangUnder(root), LibraryPath(root))
            : null;

    private static Dictionary<string, string> Settings(string script, string erlang, string libraries) =>
        new() { ["SCRIPT"] = script, ["ERLANG"] = erlang, ["LIBRARIES"] = libraries };

    // Debian's rabbitmq-server on PATH is a wrapper that changes to a user of its own; the server itself has its environment beside it.
    private static IEnumerable<string> Scripts()
    {
        if (OnPath("rabbitmq-server") is { } onPath)
            yield return onPath;
        foreach (var script in ScriptsUnder("/"))
            yield return script;
        foreach (var prefix in HomebrewPrefixes)
            yield return $"{prefix}/opt/rabbitmq/sbin/rabbitmq-server";
    }

    private static IEnumerable<string> ErlangDirectories()
    {
        if (OnPath("erl") is { } onPath)
            yield return Path.GetDirectoryName(onPath)!;
        yield return ErlangUnder("/");
        yield return "/usr/lib64/erlang/bin";
        foreach (var prefix in HomebrewPrefixes)
            yield return $"{prefix}/opt/erlang/lib/erlang/bin";
    }

    private static bool IsServerItself(string script) =>
        File.Exists(script) && File.Exists(Path.Combine(Path.GetDirectoryName(script)!, "rabbitmq-env"));

    private static bool HoldsErlang(string directory) => File.Exists(Path.Combine(directory, "erl")) && File.Exists(Path.Combine(directory, "epmd"));

    private static IEnumerable<string> ScriptsUnder(string root) =>
        Versions(Path.Combine(root, "usr/lib/rabbitmq/lib"), "rabbitmq_server-*").Select(version => Path.Combine(version, "sbin/rabbitmq-server"));

    private static string ErlangUnder(string root) => Path.Combine(root, "usr/lib/erlang/bin");

    // Erlang's start scripts carry the place they were packaged for.
    private static void TellErlangWhereItIs(string root, string final)
    {
        var scripts = Directory.EnumerateFiles(Path.Combine(root, "usr/lib/erlang"), "erl", SearchOption.AllDirectories);
        foreach (var script in scripts.Where(script => new FileInfo(script).LinkTarget is null))
        {
            var text = File.ReadAllText(script);
            File.WriteAllText(script, text.Replace(
                "ROOTDIR=/usr/lib/erlang", $"ROOTDIR='{final.Replace("'", "'\\''", StringComparison.Ordinal)}/usr/lib/erlang'", StringComparison.Ordinal));
        }
    }
}
