using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

/// <summary>Gives every process its id, and the commands that all have, before the application starts.</summary>
internal static class ResourceIdentities
{
    public static void Assign(DistributedApplicationModel model)
    {
        foreach (var resource in model.Resources.Where(r => r.HasProcess() && !r.HasAnnotationOfType<ResourceInstancesAnnotation>()))
        {
            var instances = Enumerable.Range(0, resource.GetReplicaCount()).Select(_ => ResourceInstanceId.New(resource.Name));
            resource.Annotations.Add(new ResourceInstancesAnnotation([.. instances]));
            AddCommands(resource);
        }
    }

    private static void AddCommands(IResource resource)
    {
        Add(KnownResourceCommands.StartCommand, "Start", "Start resource", "Play", IconVariant.Filled, true, StartState,
            (orchestrator, id, cancellationToken) => orchestrator.StartResourceAsync(id, cancellationToken));
        Add(KnownResourceCommands.StopCommand, "Stop", "Stop resource", "Stop", IconVariant.Filled, true, StopState,
            (orchestrator, id, _) => orchestrator.StopResourceAsync(id));
        Add(KnownResourceCommands.RestartCommand, "Restart", "Restart resource", "ArrowCounterclockwise", IconVariant.Regular, false, RestartState,
            async (orchestrator, id, cancellationToken) =>
            {
                await orchestrator.StopResourceAsync(id);
                await orchestrator.StartResourceAsync(id, cancellationToken);
            });

        void Add(
            string name, string displayName, string description, string icon, IconVariant variant, bool highlighted,
            Func<string?, ResourceCommandState> state, Func<Orchestrator, string, CancellationToken, Task> execute) =>
            resource.Annotations.Add(new ResourceCommandAnnotation(
                name, displayName,
                context => state(context.ResourceSnapshot.State?.Text),
                async context =>
                {
                    await execute(context.ServiceProvider.GetRequiredService<Orchestrator>(), context.ResourceName, context.CancellationToken);
                    return CommandResults.Success();
                },
                description, parameter: null, confirmationMessage: null, icon, variant, highlighted));
    }

    private static ResourceCommandState StartState(string? state) =>
        state is null || state == KnownResourceStates.Starting ? ResourceCommandState.Disabled
        : HasEnded(state) || state == KnownResourceStates.Waiting ? ResourceCommandState.Enabled
        : ResourceCommandState.Hidden;

    private static ResourceCommandState StopState(string? state) =>
        state == KnownResourceStates.Stopping ? ResourceCommandState.Disabled
        : state == KnownResourceStates.Running ? ResourceCommandState.Enabled
        : ResourceCommandState.Hidden;

    private static ResourceCommandState RestartState(string? state) =>
        state == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static bool HasEnded(string state) =>
        KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted;
}
