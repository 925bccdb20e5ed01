using Microsoft.Extensions.DependencyInjection;
using Shop.Hosting;

namespace Shop.AppHost.Dashboard;

/// <summary>The command <i>Kill</i>.</summary>
public static class KillCommand
{
    public const string Name = "kill";

    /// <summary>Adds a command that kills the resource's process, to watch it recover. Hidden where there is no such process, as for a container.</summary>
    public static IResourceBuilder<T> WithKill<T>(this IResourceBuilder<T> resource) where T : IResource =>
        resource.WithCommand(Name, "Kill", KillAsync, new CommandOptions
        {
            Description = "Kills the process (SIGKILL), as a crash would. It is restarted automatically.",
            ConfirmationMessage = $"Kill {resource.Resource.Name}? Work in progress is cut off. The process is restarted automatically.",
            IconName = "HeartBroken",
            UpdateState = context => ProcessOf(context.ResourceSnapshot) is null ? ResourceCommandState.Hidden : ResourceCommandState.Enabled,
        });

    private static Task<ExecuteCommandResult> KillAsync(ExecuteCommandContext context)
    {
        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        if (!notifications.TryGetCurrentState(context.ResourceName, out var current) || ProcessOf(current.Snapshot) is not { } process)
            return Task.FromResult(CommandResults.Failure("There is no running process to kill."));

        ProcessTree.Send(process, ProcessTree.Kill);
        return Task.FromResult(CommandResults.Success($"Process {process} is killed."));
    }

    private static int? ProcessOf(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.Running ? ProcessTree.MainOf(snapshot) : null;
}
