namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes a resource wait for another before it starts.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>Whom it waits for.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What it waits for.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>What to do when the other fails; null for what the application does as a rule.</summary>
    public WaitBehavior? WaitBehavior { get; init; }

    /// <summary>The exit code that counts as completion.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>What to wait for.</summary>
public enum WaitType
{
    /// <summary>That it works.</summary>
    WaitUntilHealthy,

    /// <summary>That it has ended.</summary>
    WaitForCompletion,

    /// <summary>That it runs.</summary>
    WaitUntilStarted,
}

/// <summary>What to do when the resource that one waits for fails.</summary>
public enum WaitBehavior
{
    /// <summary>Go on waiting: somebody may start it again.</summary>
    WaitOnResourceUnavailable,

    /// <summary>Fail too.</summary>
    StopOnResourceUnavailable,
}

/// <summary>Has a resource started by hand.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>Gives a resource a health check, by the name under which it is registered.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The name of the registration.</summary>
    public string Key { get; } = key ?? throw new ArgumentNullException(nameof(key));
}
