using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Shop.Auth.Users;

/// <summary>
/// A thread for each core for work that takes a core for a tenth of a second and is in no hurry. Where the system allows it they come last: with
/// nothing else to do they have the whole machine, beside requests that somebody waits for nearly none of it.
/// </summary>
internal sealed class QuietThreads : TaskScheduler, IDisposable
{
    /// <summary>Of 0 (as everybody) to 19: about a tenth of the time of a thread with 0.</summary>
    private const int Niceness = 10;

    private readonly BlockingCollection<Task> _work = [];

    /// <summary>Starts the threads.</summary>
    public QuietThreads()
    {
        foreach (var i in Enumerable.Range(1, Environment.ProcessorCount))
            new Thread(Work) { IsBackground = true, Name = $"Quiet {i}" }.Start();
    }

    public override int MaximumConcurrencyLevel => Environment.ProcessorCount;

    /// <summary>How much waits for its turn.</summary>
    public int Waiting => _work.Count;

    /// <summary>Does the work when it is its turn.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel) =>
        Task.Factory.StartNew(work, cancel, TaskCreationOptions.DenyChildAttach, this);

    public void Dispose() => _work.CompleteAdding();

    protected override void QueueTask(Task task) => _work.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _work;

    private void Work()
    {
        // The runtime's own priorities mean nothing there. For 0, the calling thread.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, Niceness);
        foreach (var task in _work.GetConsumingEnumerable())
            TryExecuteTask(task);
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, int who, int priority);
}
