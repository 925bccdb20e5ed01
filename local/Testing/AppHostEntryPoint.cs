using System.Reflection;

namespace Aspire.Hosting.Testing;

/// <summary>Runs the Main method of an AppHost in this process, on a thread of its own, as <c>dotnet run</c> would in another process.</summary>
internal static class AppHostEntryPoint
{
    /// <returns>A task that ends when Main returns, and fails when Main throws.</returns>
    /// <exception cref="InvalidOperationException">The assembly has no entry point.</exception>
    public static Task Run(Assembly assembly, string[] args, BuilderEvents events)
    {
        var main = assembly.EntryPoint
            ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no entry point: it is not an AppHost.");
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                events.During(() => main.Invoke(null, main.GetParameters() is [] ? [] : [args]));
                exited.SetResult();
            }
            catch (Exception fault)
            {
                exited.SetException(fault is TargetInvocationException { InnerException: { } thrown } ? thrown : fault);
            }
        })
        {
            // A test run ends although an AppHost doesn't.
            IsBackground = true,
            Name = $"{assembly.GetName().Name}.EntryPoint",
        };
        thread.Start();
        return exited.Task;
    }
}
