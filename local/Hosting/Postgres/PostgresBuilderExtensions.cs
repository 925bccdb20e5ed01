using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Aspire.Hosting.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Declares PostgreSQL servers and databases.</summary>
public static class PostgresBuilderExtensions
{
    private const string DataPath = "/var/lib/postgresql/data";

    /// <summary>Adds a PostgreSQL server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The name.</param>
    /// <param name="userName">What gives the user; null for <c>postgres</c>.</param>
    /// <param name="password">What gives the password; null to generate one and keep it in the AppHost's user secrets.</param>
    /// <param name="port">The port; null when any will do.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, [ResourceName] string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var passwordParameter = password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password");
        var server = new PostgresServerResource(name, userName?.Resource, passwordParameter);

        var check = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            check, _ => new PostgresHealthCheck(server, "postgres"), failureStatus: null, tags: null));
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: PostgresServerResource.PrimaryEndpointName)
            .WithIconName("DatabaseMultiple")
            .WithHealthCheck(check)
            .OnResourceReady((_, ready, cancellationToken) =>
                DatabaseCreation.CreateAllAsync(server, ready.Services, cancellationToken));
    }

    /// <summary>Adds a database, which is created when the server works, unless it is there.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="databaseName">The name in PostgreSQL; null for the resource's.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(database.Name, database.DatabaseName);

        var check = $"{name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            check, _ => new PostgresHealthCheck(database.Parent, database.DatabaseName), failureStatus: null, tags: null));
        return builder.ApplicationBuilder.AddResource(database).WithHealthCheck(check);
    }

    /// <summary>Creates the database with that SQL in the place of <c>CREATE DATABASE</c>.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> WithCreationScript(this IResourceBuilder<PostgresDatabaseResource> builder, string script)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(script);
        return builder.WithAnnotation(new CreationScriptAnnotation(script));
    }

    /// <summary>Keeps the data after the run, in a directory of the user's that goes by the volume's name.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name of the volume; null for one made of the application, its path and the server.</param>
    /// <param name="isReadOnly">A server cannot do with data that it cannot change.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ContainerMountAnnotation(
            name ?? VolumeNameGenerator.Generate(builder, "data"), DataPath, ContainerMountType.Volume, isReadOnly));
    }

    /// <summary>Keeps the data in that directory, relative to the AppHost's.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataBindMount(
        this IResourceBuilder<PostgresServerResource> builder, string source, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ContainerMountAnnotation(
            Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), DataPath, ContainerMountType.BindMount, isReadOnly));
    }

    /// <summary>Uses that port; null when any will do.</summary>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port) =>
        builder.WithEndpoint(PostgresServerResource.PrimaryEndpointName, endpoint => endpoint.Port = port);

    /// <summary>Uses that password.</summary>
    public static IResourceBuilder<PostgresServerResource> WithPassword(
        this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(password);
        builder.Resource.PasswordParameter = password.Resource;
        return builder;
    }

    /// <summary>Uses that user.</summary>
    public static IResourceBuilder<PostgresServerResource> WithUserName(
        this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> userName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(userName);
        builder.Resource.UserNameParameter = userName.Resource;
        return builder;
    }
}
