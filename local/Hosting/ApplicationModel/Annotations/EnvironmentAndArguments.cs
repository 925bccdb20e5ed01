using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Sets environment variables of a resource when its process is about to start.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Sets one variable to what the callback returns.</summary>
    public EnvironmentCallbackAnnotation(string name, Func<string> callback)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            context.EnvironmentVariables[name] = callback();
            return Task.CompletedTask;
        };
    }

    /// <summary>Lets the callback change the variables.</summary>
    public EnvironmentCallbackAnnotation(Action<Dictionary<string, object>> callback)
        : this(context => callback(context.EnvironmentVariables)) => ArgumentNullException.ThrowIfNull(callback);

    /// <summary>Lets the callback change the variables.</summary>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context);
            return Task.CompletedTask;
        };
    }

    /// <summary>Lets the callback change the variables.</summary>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>What is called.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; private set; }
}

/// <summary>The variables of a process that is about to start. A value is text or an <see cref="IValueProvider"/>.</summary>
public class EnvironmentCallbackContext
{
    private readonly IResource? _resource;

    /// <summary>Variables of that resource.</summary>
    public EnvironmentCallbackContext(
        DistributedApplicationExecutionContext executionContext, IResource resource,
        Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
        : this(executionContext, environmentVariables, cancellationToken) =>
        _resource = resource ?? throw new ArgumentNullException(nameof(resource));

    /// <summary>Variables of no resource in particular.</summary>
    public EnvironmentCallbackContext(
        DistributedApplicationExecutionContext executionContext,
        Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
    {
        ExecutionContext = executionContext ?? throw new ArgumentNullException(nameof(executionContext));
        EnvironmentVariables = environmentVariables ?? [];
        CancellationToken = cancellationToken;
    }

    /// <summary>The variables set so far.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; }

    /// <summary>Cancelled when the process will not be started after all.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>What the application is doing.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resource.</summary>
    /// <exception cref="InvalidOperationException">The variables are of no resource in particular.</exception>
    public IResource Resource => _resource ?? throw new InvalidOperationException($"{nameof(Resource)} is not set.");
}

/// <summary>Adds arguments of a resource when its process is about to start.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Lets the callback change the arguments.</summary>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>Lets the callback change the arguments.</summary>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context.Args);
            return Task.CompletedTask;
        };
    }

    /// <summary>What is called.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }
}

/// <summary>The arguments of a process that is about to start. One is text or an <see cref="IValueProvider"/>.</summary>
public sealed class CommandLineArgsCallbackContext
{
    private readonly IResource? _resource;

    /// <summary>Arguments of that resource.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, IResource? resource, CancellationToken cancellationToken = default)
        : this(args, cancellationToken) => _resource = resource;

    /// <summary>Arguments of no resource in particular.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
    {
        Args = args ?? throw new ArgumentNullException(nameof(args));
        CancellationToken = cancellationToken;
    }

    /// <summary>The arguments so far.</summary>
    public IList<object> Args { get; }

    /// <summary>Cancelled when the process will not be started after all.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>What the application is doing.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; init; } = new(DistributedApplicationOperation.Run);

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The resource.</summary>
    /// <exception cref="InvalidOperationException">The arguments are of no resource in particular.</exception>
    public IResource Resource => _resource ?? throw new InvalidOperationException($"{nameof(Resource)} is not set.");
}
