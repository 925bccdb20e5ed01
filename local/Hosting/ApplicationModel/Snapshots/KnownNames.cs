namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that a resource goes through.</summary>
public static class KnownResourceStates
{
    /// <summary>Not to be shown.</summary>
    [Obsolete("Use CustomResourceSnapshot.IsHidden instead.")]
    public static readonly string Hidden = nameof(Hidden);

    /// <summary>About to run.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Its process runs. Whether it also works is its health.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It could not be started.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>What it runs on does not work.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>It was asked to stop and has not yet.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>A server's process has ended.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>A project's or an executable's process has ended.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for others.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>It is started by hand and has not been yet.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>It is there, and has no process of its own.</summary>
    public static readonly string Active = nameof(Active);

    /// <summary>The states of a resource that no longer runs.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>The styles of a state.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>All is well.</summary>
    public static readonly string Success = "success";

    /// <summary>Something is broken.</summary>
    public static readonly string Error = "error";

    /// <summary>Good to know.</summary>
    public static readonly string Info = "info";

    /// <summary>Something needs attention.</summary>
    public static readonly string Warn = "warning";
}

/// <summary>The commands that every process has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it.</summary>
    public static readonly string StartCommand = "resource-start";

    /// <summary>Stops it.</summary>
    public static readonly string StopCommand = "resource-stop";

    /// <summary>Stops it and starts it again.</summary>
    public static readonly string RestartCommand = "resource-restart";
}

/// <summary>Names of properties that any resource may have.</summary>
public static class CustomResourceKnownProperties
{
    /// <summary>Where the resource comes from.</summary>
    public static string Source { get; } = "resource.source";

    /// <summary>Its connection string.</summary>
    public static string ConnectionString { get; } = "resource.connectionString";
}

/// <summary>Values of <see cref="CustomResourceSnapshot.ResourceType"/>.</summary>
internal static class KnownResourceTypes
{
    public const string Container = nameof(Container);
    public const string Executable = nameof(Executable);
    public const string Project = nameof(Project);
    public const string Parameter = nameof(Parameter);
    public const string ConnectionString = nameof(ConnectionString);
    public const string ExternalService = nameof(ExternalService);
}

/// <summary>Values of <see cref="ResourceRelationshipAnnotation.Type"/>.</summary>
internal static class KnownRelationshipTypes
{
    public const string WaitFor = nameof(WaitFor);
    public const string Reference = nameof(Reference);
    public const string Parent = nameof(Parent);
}
