namespace Aspire.Hosting.Processes;

/// <summary>What to start: a program, its arguments, where it runs and what it finds in its environment.</summary>
/// <param name="FileName">A path, or a bare name that is looked up on PATH.</param>
/// <param name="Arguments">Passed as they are; no shell is involved.</param>
/// <param name="WorkingDirectory">An existing directory.</param>
/// <param name="Environment">Variables set for the child, on top of this process's own unless <see cref="InheritEnvironment"/> is false.</param>
internal sealed record ProcessSpec(
    string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Runs the child as the unprivileged user <c>nobody</c> when this process runs as root; otherwise changes nothing.</summary>
    public bool DropRoot { get; init; }

    /// <summary>The signal that asks the child to stop in good order; SIGTERM unless set.</summary>
    public int StopSignal { get; init; } = Signals.Terminate;

    /// <summary>The signal that the kernel sends to the child when this process dies; SIGKILL unless set.</summary>
    public int ParentDeathSignal { get; init; } = Signals.Kill;

    /// <summary>False gives the child exactly <see cref="Environment"/> and nothing else.</summary>
    public bool InheritEnvironment { get; init; } = true;
}
