using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Declares connection strings made of text and values.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>Adds a connection string. It is there when every resource that it is made of runs.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, ReferenceExpression connectionStringExpression)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var connectionString = builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
        var parts = connectionStringExpression.ValueProviders
            .SelectMany(v => v is IResource ? [v] : v is IValueWithReferences made ? made.References : [])
            .OfType<IResource>()
            .Where(r => r is not ParameterResource and not IResourceWithoutLifetime)
            .Distinct();
        foreach (var part in parts)
            connectionString.WaitForStart(builder.CreateResourceBuilder(part));

        return connectionString
            .WithReferenceRelationship(connectionStringExpression)
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = KnownResourceTypes.ConnectionString,
                State = KnownResourceStates.NotStarted,
                Properties = [],
            })
            .OnInitializeResource((resource, initialize, cancellationToken) => StartAsync(resource, initialize, cancellationToken));
    }

    /// <summary>Adds a connection string that the callback writes.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<ReferenceExpressionBuilder> connectionStringBuilder)
    {
        ArgumentNullException.ThrowIfNull(connectionStringBuilder);
        var expression = new ReferenceExpressionBuilder();
        connectionStringBuilder(expression);
        return builder.AddConnectionString(name, expression.Build());
    }

    private static async Task StartAsync(ConnectionStringResource resource, InitializeResourceEvent initialize, CancellationToken cancellationToken)
    {
        try
        {
            await initialize.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, initialize.Services), cancellationToken);
            await initialize.Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Running });
            await initialize.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, initialize.Services), cancellationToken);
        }
        catch (DistributedApplicationException e)
        {
            initialize.Logger.LogError(e, "Failed to resolve connection string for resource '{ResourceName}'", resource.Name);
            await initialize.Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.FailedToStart });
        }
    }
}

/// <summary>Combines parts of connection strings.</summary>
public static class ConnectionPropertiesExtensions
{
    /// <summary>The parts of a resource's connection string, with others added or put in their place.</summary>
    public static IEnumerable<KeyValuePair<string, ReferenceExpression>> CombineProperties(
        this IResourceWithConnectionString source, IEnumerable<KeyValuePair<string, ReferenceExpression>> additional)
    {
        ArgumentNullException.ThrowIfNull(source);
        var properties = new Dictionary<string, ReferenceExpression>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in source.GetConnectionProperties().Concat(additional))
            properties[name] = value;
        return properties;
    }
}
