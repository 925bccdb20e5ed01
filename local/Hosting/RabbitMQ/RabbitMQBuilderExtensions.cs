using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.RabbitMQ;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Declares RabbitMQ servers.</summary>
public static class RabbitMQBuilderExtensions
{
    private const string DataPath = "/var/lib/rabbitmq";

    /// <summary>Adds a RabbitMQ server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name.</param>
    /// <param name="userName">What gives the user; null for <c>guest</c>.</param>
    /// <param name="password">What gives the password; null to generate one and keep it in the AppHost's user secrets.</param>
    /// <param name="port">The port for AMQP; null when any will do.</param>
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder, [ResourceName] string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var passwordParameter = password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var server = new RabbitMQServerResource(name, userName?.Resource, passwordParameter);

        var check = $"{name}_check";
        builder.Services.AddKeyedSingleton(check, (_, _) => new RabbitMQHealthCheck(server));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            check, services => services.GetRequiredKeyedService<RabbitMQHealthCheck>(check), failureStatus: null, tags: null));
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5672, name: RabbitMQServerResource.PrimaryEndpointName)
            .WithHealthCheck(check);
    }

    /// <summary>Keeps the data after the run, in a directory of the user's that goes by the volume's name.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the volume; null for one made of the application, its path and the server.</param>
    /// <param name="isReadOnly">A server cannot do with data that it cannot change.</param>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(
        this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ContainerMountAnnotation(
            name ?? VolumeNameGenerator.Generate(builder, "data"), DataPath, ContainerMountType.Volume, isReadOnly));
    }

    /// <summary>Keeps the data in that directory, relative to the AppHost's.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithDataBindMount(
        this IResourceBuilder<RabbitMQServerResource> builder, string source, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(source);
        return builder.WithAnnotation(new ContainerMountAnnotation(
            Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), DataPath, ContainerMountType.BindMount, isReadOnly));
    }
}
