using Shop.Hosting.Packages;

namespace Shop.Hosting;

/// <summary>RabbitMQ and Erlang, in the usual places of distributions and Homebrew.</summary>
internal sealed class RabbitMQSoftware() : ServerSoftware("RabbitMQ", "run-rabbitmq.sh", "/var/lib/rabbitmq", Package)
{
    private static readonly ServerPackage Package = new(
        "RabbitMQ", "rabbitmq-server", part => part.StartsWith("erlang-", StringComparison.Ordinal))
    {
        Relocate = SetErlangRoot,
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

    // Debian's rabbitmq-server on PATH is a wrapper that switches to the user rabbitmq. The server's own script has rabbitmq-env beside it.
    private static IEnumerable<string> Scripts() =>
        [.. OnPath("rabbitmq-server"), .. ScriptsUnder("/"), .. HomebrewPrefixes.Select(prefix => $"{prefix}/opt/rabbitmq/sbin/rabbitmq-server")];

    private static IEnumerable<string> ErlangDirectories() =>
    [
        .. OnPath("erl").Select(program => Path.GetDirectoryName(program)!),
        ErlangUnder("/"),
        "/usr/lib64/erlang/bin",
        .. HomebrewPrefixes.Select(prefix => $"{prefix}/opt/erlang/lib/erlang/bin"),
    ];

    private static bool IsServerItself(string script) =>
        File.Exists(script) && File.Exists(Path.Combine(Path.GetDirectoryName(script)!, "rabbitmq-env"));

    private static bool HoldsErlang(string directory) => File.Exists(Path.Combine(directory, "erl")) && File.Exists(Path.Combine(directory, "epmd"));

    private static IEnumerable<string> ScriptsUnder(string root) =>
        Versions(Path.Combine(root, "usr/lib/rabbitmq/lib"), "rabbitmq_server-*").Select(version => Path.Combine(version, "sbin/rabbitmq-server"));

    private static string ErlangUnder(string root) => Path.Combine(root, "usr/lib/erlang/bin");

    // Erlang's start scripts contain the path that they were packaged for.
    private static void SetErlangRoot(string root, string final)
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
