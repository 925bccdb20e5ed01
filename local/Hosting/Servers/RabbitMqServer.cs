using System.Globalization;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>RabbitMQ as a plain process.</summary>
internal static class RabbitMqServer
{
    /// <summary>
    /// Finds or fetches RabbitMQ and starts it. Returns when the process runs; it accepts connections when it has booted, which takes
    /// 5 to 15 seconds.
    /// </summary>
    /// <exception cref="ServerUnavailableException">RabbitMQ cannot be had or its data directory cannot be used.</exception>
    public static async Task<ChildProcess> StartAsync(ServerSettings s, Action<string, bool> log, CancellationToken ct) =>
        await StartAsync(await RabbitMqBinaries.LocateAsync(log, ct), s, log, ct);

    /// <inheritdoc cref="StartAsync(ServerSettings, Action{string, bool}, CancellationToken)"/>
    internal static async Task<ChildProcess> StartAsync(
        RabbitMqBinaries binaries, ServerSettings s, Action<string, bool> log, CancellationToken ct)
    {
        ServerDirectory.Create(s.DataDirectory);
        ServerDirectory.Create(s.RunDirectory);
        var inUse = DataLock.Take(s.DataDirectory);
        ErlangPortMapper? portMapper = null;
        try
        {
            var node = NodeName(s.DataDirectory);
            RabbitMqFiles.Write(s);
            await ServerDirectory.HandOverAsync(s.RunDirectory, ct);
            await ServerDirectory.HandOverAsync(s.DataDirectory, ct);

            portMapper = await ErlangPortMapper.StartAsync(port => PortMapperSpec(binaries, s, port), log, ct);
            return ChildProcess.Start(ServerSpec(binaries, s, node, portMapper.Port), log, async () =>
            {
                await portMapper.DisposeAsync();
                await inUse.DisposeAsync();
            });
        }
        catch
        {
            if (portMapper is not null)
                await portMapper.DisposeAsync();
            await inUse.DisposeAsync();
            throw;
        }
    }

    // The data is kept under the node's name, so the name is kept with the data. It is random so that no two nodes on a machine meet.
    private static string NodeName(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "node-name");
        if (!File.Exists(file))
            File.WriteAllText(file, $"shop-{ServerDirectory.RandomToken(8)}@localhost");
        return File.ReadAllText(file).Trim();
    }

    private static ProcessSpec PortMapperSpec(RabbitMqBinaries binaries, ServerSettings s, int port) =>
        Spec(binaries, s, Path.Combine(binaries.Erlang, "epmd"), ["-address", "127.0.0.1", "-port", Text(port)], []);

    private static ProcessSpec ServerSpec(RabbitMqBinaries binaries, ServerSettings s, string node, int mapperPort) =>
        Spec(binaries, s, binaries.Script, [], new()
        {
            ["RABBITMQ_NODENAME"] = node,
            ["RABBITMQ_DIST_PORT"] = Text(LoopbackPort.Free()),
            ["ERL_EPMD_PORT"] = Text(mapperPort),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_CONF_ENV_FILE"] = RabbitMqFiles.EnvironmentIn(s),
            ["RABBITMQ_CONFIG_FILE"] = RabbitMqFiles.ConfigurationIn(s),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = RabbitMqFiles.AdvancedConfigurationIn(s),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = RabbitMqFiles.PluginsIn(s),
            ["RABBITMQ_MNESIA_BASE"] = s.DataDirectory,
            ["RABBITMQ_LOG_BASE"] = s.RunDirectory,
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = Path.Combine(s.RunDirectory, "pid"),
            ["ERL_CRASH_DUMP"] = Path.Combine(s.RunDirectory, "erl_crash.dump"),
            // The script then becomes the Erlang VM instead of watching over it: its process id is the server's.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        });

    private static ProcessSpec Spec(
        RabbitMqBinaries binaries, ServerSettings s, string program, string[] arguments, Dictionary<string, string> environment)
    {
        environment["PATH"] = $"{binaries.Erlang}:/usr/bin:/bin";
        environment["HOME"] = s.RunDirectory;
        environment["LANG"] = "C.UTF-8";
        if (binaries.Libraries.Length > 0)
            environment["LD_LIBRARY_PATH"] = binaries.Libraries;
        return new(program, arguments, s.RunDirectory, environment) { DropRoot = true, InheritEnvironment = false };
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
