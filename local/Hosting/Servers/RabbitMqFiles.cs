namespace Aspire.Hosting.Servers;

/// <summary>The files that tell RabbitMQ how to run. They hold the password, so only their owner may read them.</summary>
internal static class RabbitMqFiles
{
    public static string ConfigurationIn(ServerSettings s) => Path.Combine(s.RunDirectory, "rabbitmq.conf");

    public static string AdvancedConfigurationIn(ServerSettings s) => Path.Combine(s.RunDirectory, "advanced.config");

    public static string EnvironmentIn(ServerSettings s) => Path.Combine(s.RunDirectory, "rabbitmq-env.conf");

    public static string PluginsIn(ServerSettings s) => Path.Combine(s.RunDirectory, "enabled_plugins");

    /// <summary>Writes them, and the cookie that keeps other Erlang nodes away.</summary>
    public static void Write(ServerSettings s)
    {
        // Given empty, so that the machine's own /etc/rabbitmq is not read.
        ServerDirectory.WriteSecret(ConfigurationIn(s), "");
        ServerDirectory.WriteSecret(EnvironmentIn(s), "");
        ServerDirectory.WriteSecret(PluginsIn(s), "[].\n");
        ServerDirectory.WriteSecret(Path.Combine(s.RunDirectory, ".erlang.cookie"), ServerDirectory.RandomToken(32));
        // Erlang terms can hold any password; the newer format has no way to quote one in the versions that distributions ship.
        ServerDirectory.WriteSecret(AdvancedConfigurationIn(s),
            $$"""
            [{rabbit, [
              {tcp_listeners, [{"127.0.0.1", {{s.Port}}}]},
              {default_user, {{Binary(s.UserName)}}},
              {default_pass, {{Binary(s.Password)}}}
            ]}].

            """);
    }

    private static string Binary(string text) =>
        $"<<{string.Join(',', System.Text.Encoding.UTF8.GetBytes(text))}>>";
}
