using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

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
            var choice = ServersSetting.Choose(server.ApplicationBuilder.Configuration, software);
            if (choice.AsProcess)
                ServerProcess.Attach(server, software, choice.Reason);
            else
                server.OnBeforeStartLog($"{server.Resource.Name} runs as a container: {choice.Reason}");
        }

        return server;
    }
}
