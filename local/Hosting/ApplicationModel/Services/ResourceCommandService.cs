using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Gives commands to resources.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _logs;
    private readonly IServiceProvider _services;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService logs, IServiceProvider services)
    {
        _notifications = notifications;
        _logs = logs;
        _services = services;
    }

    /// <summary>Gives a command to one process by its id, or to a resource by its name if it has only one process.</summary>
    /// <returns>How it ended. It does not throw when it failed.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(
        string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _notifications.TryGetCurrentState(resourceId, out var current)
            ? await ExecuteAsync(current.ResourceId, current.Resource, commandName, cancellationToken)
            : CommandResults.Failure($"Resource '{resourceId}' not found.");

    /// <summary>Gives a command to all processes of a resource at once.</summary>
    /// <returns>How it ended. It does not throw when it failed.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(
        IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        var ids = resource.GetIds();
        var results = await Task.WhenAll(ids.Select(id => ExecuteAsync(id, resource, commandName, cancellationToken)));
        if (results.Length == 1)
            return results[0];

        var failures = ids.Zip(results).Where(r => !r.Second.Success && !r.Second.Canceled).ToArray();
        if (failures.Length > 0)
        {
            var lines = failures.Select(f => $"Resource '{f.First}' failed with error message: {f.Second.ErrorMessage}");
            return CommandResults.Failure(string.Join(
                Environment.NewLine, lines.Prepend($"{failures.Length} command executions failed.")));
        }

        return results.All(r => r.Success) ? CommandResults.Success() : CommandResults.Canceled();
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(string id, IResource resource, string name, CancellationToken cancellationToken)
    {
        var log = _logs.GetLogger(id);
        log.LogInformation("Executing command '{CommandName}'.", name);
        if (resource.Annotations.OfType<ResourceCommandAnnotation>().SingleOrDefault(a => a.Name == name) is not { } command)
        {
            log.LogInformation("Command '{CommandName}' not available.", name);
            return CommandResults.Failure($"Command '{name}' not available for resource '{id}'.");
        }

        try
        {
            var result = await command.ExecuteCommand(
                new ExecuteCommandContext { ResourceName = id, ServiceProvider = _services, CancellationToken = cancellationToken });
            if (result.Success)
                log.LogInformation("Successfully executed command '{CommandName}'.", name);
            else if (!result.Canceled)
                log.LogInformation("Failure executing command '{CommandName}'. Error message: {ErrorMessage}", name, result.ErrorMessage);
            return result;
        }
        catch (OperationCanceledException)
        {
            log.LogDebug("Command '{CommandName}' was canceled.", name);
            return CommandResults.Canceled();
        }
#pragma warning disable CA1031 // a command is code of the application; whatever it throws is its failure, not the caller's
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "Error executing command '{CommandName}'.", name);
            return CommandResults.Failure("Unhandled exception thrown.");
        }
    }
}
