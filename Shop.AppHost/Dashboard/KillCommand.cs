using Microsoft.Extensions.DependencyInjection;
using Shop.Hosting;

namespace Shop.AppHost.Dashboard;

/// <summary>The command <i>Kill</i>.</summary>
public static class KillCommand
{
    public const string Name = "kill";

    /// <summary>Adds a command that ends the resource's process without warning, to watch it recover; where there is such a process.</summary>
    public static IResourceBuilder<T> WithKill<T>(this IResourceBuilder<T> resource) where T : IResource =>
        resource.WithCommand(Name, "Kill", KillAsync, new CommandOptions
        {
            Description = "Ends the process at once (SIGKILL), as a crash would. It is started again by itself.",
            ConfirmationMessage = $"Kill {resource.Resource.Name}? What it is at is cut off; it is started again by itself.",
            IconName = "Skull",
            UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                && ProcessTree.MainOf(context.ResourceSnapshot) is not null ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
        });

    private static Task<ExecuteCommandResult> KillAsync(ExecuteCommandContext context)
    {
        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        if (!notifications.TryGetCurrentState(context.ResourceName, out var current)
            || current.Snapshot.State?.Text != KnownResourceStates.Running || ProcessTree.MainOf(current.Snapshot) is not { } process)
        {
            return Task.FromResult(CommandResults.Failure("It has no process now that could be killed."));
        }

        ProcessTree.Send(process, ProcessTree.Kill);
        return Task.FromResult(CommandResults.Success($"Process {process} is killed."));
    }
}
