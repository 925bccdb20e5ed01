using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Declares programs.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a program. The directory is relative to the AppHost's.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddExecutable(name, command, workingDirectory, (object[]?)args);

    /// <summary>Adds a program. The directory is relative to the AppHost's; arguments are text or values.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string command, string workingDirectory, params object[]? args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        var directory = Path.GetFullPath(workingDirectory, builder.AppHostDirectory);
        return builder.AddResource(new ExecutableResource(name, command, directory)).WithArgs(args ?? []);
    }

    /// <summary>Runs another program.</summary>
    public static IResourceBuilder<T> WithCommand<T>(this IResourceBuilder<T> builder, string command) where T : ExecutableResource
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        return builder.Change(e => e.Command = command);
    }

    /// <summary>Runs the program in another directory, relative to the AppHost's.</summary>
    public static IResourceBuilder<T> WithWorkingDirectory<T>(this IResourceBuilder<T> builder, string workingDirectory) where T : ExecutableResource
    {
        ArgumentNullException.ThrowIfNull(workingDirectory);
        return builder.Change(e => e.WorkingDirectory = Path.GetFullPath(workingDirectory, builder.ApplicationBuilder.AppHostDirectory));
    }

    private static IResourceBuilder<T> Change<T>(this IResourceBuilder<T> builder, Action<ExecutableAnnotation> change) where T : ExecutableResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        change(builder.Resource.Annotations.OfType<ExecutableAnnotation>().Last());
        return builder;
    }
}

/// <summary>Finds programs.</summary>
public static class ExecutableResourceExtensions
{
    /// <summary>All programs of the application.</summary>
    public static IEnumerable<ExecutableResource> GetExecutableResources(this DistributedApplicationModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Resources.OfType<ExecutableResource>();
    }
}
