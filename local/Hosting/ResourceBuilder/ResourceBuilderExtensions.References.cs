using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>
    /// Gives a resource the connection string of another, as <c>ConnectionStrings__name</c>, and its parts, as <c>NAME_HOST</c> and so on.
    /// </summary>
    /// <param name="builder">The resource that connects.</param>
    /// <param name="source">The resource that it connects to.</param>
    /// <param name="connectionName">The name that it goes by; null for the resource's own.</param>
    /// <param name="optional">Whether it is left out when there is none.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.WithReferenceRelationship(resource).WithEnvironment(context =>
        {
            var flags = ReferenceFlags(context.Resource);
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionString))
            {
                context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] =
                    new ConnectionStringReference(resource, optional);
            }

            if (!flags.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionProperties))
                return;

            var prefix = name.Length == 0 ? "" : $"{EnvironmentVariableName.From(name).ToUpperInvariant()}_";
            foreach (var (property, value) in resource.GetConnectionProperties())
                context.EnvironmentVariables[prefix + property.ToUpperInvariant()] = value;
            foreach (var property in resource.Annotations.OfType<ConnectionPropertyAnnotation>())
                context.EnvironmentVariables[prefix + property.Name.ToUpperInvariant()] = property.Value;
        });
    }

    /// <summary>Gives a resource the URLs of another: <c>services__name__scheme__0</c> for service discovery, <c>NAME_SCHEME</c> for the rest.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithEndpointReference(source.Resource, endpointName: null, name: null);
    }

    /// <summary>Gives a resource the URLs of another under a name of its own.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithEndpointReference(source.Resource, endpointName: null, name);
    }

    /// <summary>Gives a resource the URL of one endpoint of another.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(endpointReference);
        return builder.WithEndpointReference(endpointReference.Resource, endpointReference.EndpointName, name: null);
    }

    /// <summary>Gives a resource the URL of a service outside of the application.</summary>
    /// <exception cref="InvalidOperationException">The URL is not absolute, has a query or a fragment, or its path does not end with a slash.</exception>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri)
            throw new InvalidOperationException("The uri for service reference must be absolute.");
        if (!uri.AbsolutePath.EndsWith('/'))
            throw new InvalidOperationException("The uri absolute path must end with '/'.");
        if (uri.Fragment.Length > 0)
            throw new InvalidOperationException("The URI cannot contain a fragment.");
        if (uri.Query.Length > 0)
            throw new InvalidOperationException("The URI cannot contain a query string.");

        var flags = ReferenceFlags(builder.Resource);
        if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
            builder.WithEnvironment($"services__{name}__default__0", uri.ToString());
        if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
            builder.WithEnvironment(EnvironmentVariableName.From(name), uri.ToString());
        return builder;
    }

    /// <summary>Gives a resource the URL of a service outside of the application.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<ExternalServiceResource> externalService)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(externalService);
        var service = externalService.Resource;
        return builder.WithReferenceRelationship(service).WithEnvironment(async context =>
        {
            var flags = ReferenceFlags(context.Resource);
            var uri = await service.GetUriAsync(context.CancellationToken);
            var variable = EnvironmentVariableName.From(service.Name).ToUpperInvariant();
            if (service.UrlParameter is not null)
                variable += $"_{EnvironmentVariableName.From(uri.Scheme).ToUpperInvariant()}";

            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
                context.EnvironmentVariables[variable] = uri.ToString();
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
                context.EnvironmentVariables[$"services__{service.Name}__{uri.Scheme}__0"] = uri.ToString();
        });
    }

    /// <summary>Says what references put into the environment of a resource.</summary>
    public static IResourceBuilder<TDestination> WithReferenceEnvironment<TDestination>(
        this IResourceBuilder<TDestination> builder, ReferenceEnvironmentInjectionFlags flags)
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceEnvironmentInjectionAnnotation(flags));

    /// <summary>Gives a resource the connection string of another in the place of its own.</summary>
    public static IResourceBuilder<T> WithConnectionStringRedirection<T>(this IResourceBuilder<T> builder, IResourceWithConnectionString resource)
        where T : IResourceWithConnectionString =>
        builder.WithAnnotation(new ConnectionStringRedirectAnnotation(resource), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Adds a part to those of the connection string.</summary>
    public static IResourceBuilder<T> WithConnectionProperty<T>(this IResourceBuilder<T> builder, string name, ReferenceExpression value)
        where T : IResourceWithConnectionString => builder.WithAnnotation(new ConnectionPropertyAnnotation(name, value));

    /// <summary>Adds a part to those of the connection string.</summary>
    public static IResourceBuilder<T> WithConnectionProperty<T>(this IResourceBuilder<T> builder, string name, string value)
        where T : IResourceWithConnectionString => builder.WithConnectionProperty(name, ReferenceExpression.Create($"{value}"));

    /// <summary>A part of the connection string by its name; the empty expression when there is none of that name.</summary>
    public static ReferenceExpression GetConnectionProperty(this IResourceWithConnectionString resource, string key)
    {
        foreach (var (name, value) in resource.GetConnectionProperties())
        {
            if (string.Equals(name, key, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return ReferenceExpression.Empty;
    }

    private static IResourceBuilder<T> WithEndpointReference<T>(
        this IResourceBuilder<T> builder, IResourceWithEndpoints source, string? endpointName, string? name)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        var reference = builder.Resource.Annotations.OfType<EndpointReferenceAnnotation>().SingleOrDefault(r => r.Resource == source);
        if (reference is null)
        {
            reference = new EndpointReferenceAnnotation(source);
            builder.WithAnnotation(reference).WithEnvironment(context => AddUrls(context, reference, name));
        }

        if (endpointName is null)
            reference.UseAllEndpoints = true;
        else
            reference.EndpointNames.Add(endpointName);

        return builder.WithReferenceRelationship(source);
    }

    private static void AddUrls(EnvironmentCallbackContext context, EndpointReferenceAnnotation reference, string? name)
    {
        var flags = ReferenceFlags(context.Resource);
        foreach (var endpoint in reference.Resource.GetEndpoints())
        {
            if (!reference.UseAllEndpoints && !reference.EndpointNames.Contains(endpoint.EndpointName))
                continue;

            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
            {
                var service = EnvironmentVariableName.From(name ?? reference.Resource.Name.ToUpperInvariant());
                var variable = $"{service}_{EnvironmentVariableName.From(endpoint.EndpointName).ToUpperInvariant()}";
                context.EnvironmentVariables[variable] = endpoint;
            }

            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
                context.EnvironmentVariables[$"services__{name ?? reference.Resource.Name}__{endpoint.EndpointName}__0"] = endpoint;
        }
    }

    private static ReferenceEnvironmentInjectionFlags ReferenceFlags(IResource resource) =>
        resource.TryGetLastAnnotation<ReferenceEnvironmentInjectionAnnotation>(out var annotation)
            ? annotation.Flags
            : ReferenceEnvironmentInjectionFlags.All;
}
