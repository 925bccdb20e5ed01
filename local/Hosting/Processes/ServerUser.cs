namespace Aspire.Hosting.Processes;

/// <summary>
/// The user that servers run as when this process is root, because PostgreSQL refuses to run as root and nothing here needs to.
/// <c>nobody</c> exists on every distribution, with this id on all current ones.
/// </summary>
internal static class ServerUser
{
    /// <summary>User id and group id of <c>nobody</c>.</summary>
    public const string Id = "65534";

    /// <summary>True when this process runs as root on Linux.</summary>
    public static bool IsNeeded { get; } = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;
}
