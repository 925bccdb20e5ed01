using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Declares an application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The configuration of the AppHost, which parameters are read from.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The directory of the AppHost's project; paths of resources are relative to it.</summary>
    string AppHostDirectory { get; }

    /// <summary>The AppHost's assembly; null when it is not known.</summary>
    Assembly? AppHostAssembly => null;

    /// <summary>The environment of the AppHost.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The services of the AppHost.</summary>
    IServiceCollection Services { get; }

    /// <summary>What tells of the application's life.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>What the application is doing.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resources declared so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    /// <exception cref="DistributedApplicationException">There is one of that name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>A builder for a resource, which need not be part of the application.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    /// <summary>Makes the application. It does not start it.</summary>
    DistributedApplication Build();
}

/// <summary>Finds resources by name.</summary>
public static class DistributedApplicationBuilderExtensions
{
    /// <summary>A builder for the resource of that name.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name and type.</exception>
    public static IResourceBuilder<T> CreateResourceBuilder<T>(this IDistributedApplicationBuilder builder, string name) where T : IResource
    {
        var resource = Find(builder, name) ?? throw new InvalidOperationException($"Resource '{name}' was not found.");
        return resource is T typed
            ? builder.CreateResourceBuilder(typed)
            : throw new InvalidOperationException($"Resource '{name}' of type '{resource.GetType()}' is not assignable to requested type '{typeof(T)}'.");
    }

    /// <summary>A builder for the resource of that name; false when there is none of that name and type.</summary>
    public static bool TryCreateResourceBuilder<T>(
        this IDistributedApplicationBuilder builder, string name,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IResourceBuilder<T>? resourceBuilder) where T : IResource
    {
        resourceBuilder = Find(builder, name) is T typed ? builder.CreateResourceBuilder(typed) : null;
        return resourceBuilder is not null;
    }

    private static IResource? Find(IDistributedApplicationBuilder builder, string name) =>
        builder.Resources.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));
}
