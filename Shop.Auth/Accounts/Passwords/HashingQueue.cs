using System.Runtime.InteropServices;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts.Passwords;

internal enum HashingPriority
{
    /// <summary>For somebody who has an account.</summary>
    SignIn,

    /// <summary>For somebody who wants one. They can wait, and floods come from them.</summary>
    Registration,
}

/// <summary>
/// Hashes passwords on low-priority threads, one for each core. A hash takes a core for a tenth of a second, so few can be served, and no caller may take all of it:
/// sign-ins come before registrations, and within each the addresses and accounts take turns. Queues are bounded, in total and for each caller.
/// </summary>
internal sealed class HashingQueue : IDisposable
{
    /// <summary>Every eighth turn goes to a registration even if sign-ins wait, so that registrations are served in the end.</summary>
    private const int RegistrationEvery = 8;

    /// <summary>On the scale from 0 (default) to 19. A thread with 10 gets about a tenth of the time of a thread with 0 on the same core.</summary>
    private const int Niceness = 10;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly CancellationTokenSource _stopping = new();

    // A full sign-in queue takes two cores half a minute; later callers are told to come back rather than kept until they time out. An address may be
    // shared by many people, such as an office or a mobile network.
    private readonly FairQueue<Job> _signIns = new(most: 600, mostOfAddress: 300, mostOfAccount: 50);
    private readonly FairQueue<Job> _registrations = new(most: 400, mostOfAddress: 100, mostOfAccount: 50);
    private int _turn;

    public HashingQueue()
    {
        foreach (var i in Enumerable.Range(1, Environment.ProcessorCount))
            new Thread(Work) { IsBackground = true, Name = $"Hashing {i}" }.Start();
    }

    /// <summary>Runs the work when it is its turn.</summary>
    /// <exception cref="ProblemException">429: too many from this address or for this account are waiting.</exception>
    /// <exception cref="UnavailableException">Too many are waiting in total.</exception>
    public Task<T> RunAsync<T>(HashingPriority priority, AttemptOrigin origin, Func<T> work, CancellationToken cancellationToken)
    {
        var job = new Job<T>(work, cancellationToken);
        Admission admission;
        Job? evicted;
        lock (_gate)
            admission = (priority is HashingPriority.SignIn ? _signIns : _registrations).TryAdd(origin, job, out evicted);
        switch (admission)
        {
            case Admission.OwnShareFull:
                throw new ProblemException(Problems.Of(
                    StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "Too many passwords from there wait to be checked."))
                {
                    RetryAfter = RetryAfter,
                };
            case Admission.Full:
                throw TooMany();
            default:
                evicted?.Refuse(TooMany());
                // A job that replaces another one uses the release of that one.
                if (evicted is null)
                    _waiting.Release();
                return job.Result.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _stopping.Cancel();

    private static UnavailableException TooMany() => new("Too many passwords wait to be checked.");

    private void Work()
    {
        // .NET's thread priorities have no effect on Linux. There, setpriority applies to a thread; 0 is the calling one.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, Niceness);
        try
        {
            while (true)
            {
                _waiting.Wait(_stopping.Token);
                Next()?.Run();
            }
        }
        catch (OperationCanceledException)
        {
            // The service is stopping.
        }
    }

    private Job? Next()
    {
        lock (_gate)
        {
            var (first, second) = ++_turn % RegistrationEvery == 0 ? (_registrations, _signIns) : (_signIns, _registrations);
            return first.TryTake(out var job) || second.TryTake(out job) ? job : null;
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, int who, int priority);

    private abstract class Job
    {
        public abstract void Run();

        public abstract void Refuse(Exception reason);
    }

    private sealed class Job<T>(Func<T> work, CancellationToken cancellationToken) : Job
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public override void Run()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _result.TrySetCanceled(cancellationToken);
                return;
            }
            try
            {
                _result.TrySetResult(work());
            }
            catch (Exception e)
            {
                _result.TrySetException(e);
            }
        }

        public override void Refuse(Exception reason) => _result.TrySetException(reason);
    }
}
