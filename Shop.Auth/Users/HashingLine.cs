using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Users;

/// <summary>What a password is hashed for.</summary>
internal enum Errand
{
    /// <summary>Somebody who has an account waits to get into it, or is in it.</summary>
    SignIn,

    /// <summary>Somebody wants an account. They can wait, and are the ones who come in masses.</summary>
    Registration,
}

/// <summary>
/// Hashing takes a core for a tenth of a second, so few can be served, and one who asks for much must not keep the others out: those who sign in come
/// before those who register, and of either the addresses and accounts take turns. Each line has an end, each share of it too.
/// </summary>
internal sealed class HashingLine : IDisposable
{
    /// <summary>Of so many turns those who register get one even if others wait to sign in, so that they are served in the end.</summary>
    private const int RegistrationEvery = 8;

    private static readonly TimeSpan ComeBackIn = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly QuietThreads _threads;

    // All of the first take half a minute of two cores; whoever comes later is told to come back rather than kept until they give up. An address may be
    // that of many people: an office, a mobile network.
    private readonly FairLine<Job> _signIns = new(most: 600, mostOfAddress: 300, mostOfAccount: 50);
    private readonly FairLine<Job> _registrations = new(most: 400, mostOfAddress: 100, mostOfAccount: 50);
    private int _turn;

    public HashingLine() => _threads = new(Next);

    /// <summary>Does the work when it is its turn.</summary>
    /// <exception cref="ProblemException">429: too many from there wait already.</exception>
    /// <exception cref="UnavailableException">Too many wait already.</exception>
    public Task<T> RunAsync<T>(Errand errand, TryOrigin origin, Func<T> work, CancellationToken cancel)
    {
        var job = new Job<T>(work, cancel);
        Admission admission;
        Job? left;
        lock (_gate)
        {
            admission = (errand is Errand.SignIn ? _signIns : _registrations).TryAdd(origin, job, out left);
        }
        switch (admission)
        {
            case Admission.OwnShareFull:
                throw new ProblemException(Problems.Of(
                    StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", "Too many passwords from there wait to be checked."))
                {
                    RetryAfter = ComeBackIn,
                };
            case Admission.Full:
                throw TooMany();
            default:
                left?.Refuse(TooMany());
                // One who came in the place of another is found by the turn of that one.
                if (left is null)
                    _waiting.Release();
                return job.Done.WaitAsync(cancel);
        }
    }

    public void Dispose() => _threads.Dispose();

    private static UnavailableException TooMany() => new("Too many passwords wait to be checked.");

    private Action? Next(CancellationToken end)
    {
        try
        {
            _waiting.Wait(end);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        lock (_gate)
        {
            var registrationFirst = ++_turn % RegistrationEvery == 0;
            var (first, second) = registrationFirst ? (_registrations, _signIns) : (_signIns, _registrations);
            return first.TryTake(out var job) || second.TryTake(out job) ? job.Do : static () => { };
        }
    }

    private abstract class Job
    {
        public abstract void Do();

        public abstract void Refuse(Exception why);
    }

    private sealed class Job<T>(Func<T> work, CancellationToken cancel) : Job
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Done => _done.Task;

        public override void Do()
        {
            // Whoever gave up needs no answer any more.
            if (cancel.IsCancellationRequested)
            {
                _done.TrySetCanceled(cancel);
                return;
            }
            try
            {
                _done.TrySetResult(work());
            }
            catch (Exception e)
            {
                _done.TrySetException(e);
            }
        }

        public override void Refuse(Exception why) => _done.TrySetException(why);
    }
}
