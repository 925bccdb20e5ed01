using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Shop.Hosting;

/// <summary>Runs servers that Aspire knows as containers as plain processes, for machines without a container runtime.</summary>
public static class RunAsProcessExtensions
{
    /// <summary>
    /// Runs PostgreSQL as a process when the setting <c>Servers</c> is <c>processes</c>, or is not set and PostgreSQL can be had here: on PATH, in
    /// the usual places, or as the distribution's packages. Otherwise, and when publishing, it stays Aspire's container.
    /// </summary>
    /// <exception cref="DistributedApplicationException"><c>Servers</c> is neither <c>processes</c> nor <c>containers</c>.</exception>
    public static IResourceBuilder<PostgresServerResource> RunAsProcess(this IResourceBuilder<PostgresServerResource> postgres) =>
        RunAsProcess(postgres, new PostgresSoftware());

    /// <summary>Runs RabbitMQ as a process; see the overload for PostgreSQL.</summary>
    /// <inheritdoc cref="RunAsProcess(IResourceBuilder{PostgresServerResource})"/>
    public static IResourceBuilder<RabbitMQServerResource> RunAsProcess(this IResourceBuilder<RabbitMQServerResource> messaging) =>
        RunAsProcess(messaging, new RabbitMQSoftware());

    private static IResourceBuilder<T> RunAsProcess<T>(IResourceBuilder<T> server, ServerSoftware software)
        where T : ContainerResource, IResourceWithConnectionString
    {
        if (server.ApplicationBuilder.ExecutionContext.IsRunMode)
        {
            var (asProcess, reason) = ServersSetting.Choose(server.ApplicationBuilder.Configuration, software);
            server.ApplicationBuilder.OnBeforeStart((start, _) =>
            {
                if (server.ApplicationBuilder.Resources.Contains(server.Resource))
                    ServersSetting.Logger(start.Services).LogInformation("{Server} runs as a {Kind}: {Reason}", server.Resource.Name, asProcess ? "process" : "container", reason);
                return Task.CompletedTask;
            });
            if (asProcess)
                ServerProcess.Attach(server, software);
        }

        return server;
    }
}
