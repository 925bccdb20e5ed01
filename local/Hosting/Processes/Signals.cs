using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

/// <summary>The signals that processes are stopped with; the numbers are the same on Linux and macOS.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends a signal to one process. A process that is gone already is no error.</summary>
    public static void Send(int processId, int signal) => _ = KillCore(processId, signal);

    /// <summary>Sends a signal to the process group that the process leads. A group that does not exist is no error.</summary>
    public static void SendToGroup(int processId, int signal) => _ = KillCore(-processId, signal);

    /// <summary>The signal's name without SIG, as setpriv wants it.</summary>
    public static string NameOf(int signal) => signal switch
    {
        Interrupt => "INT",
        Quit => "QUIT",
        Kill => "KILL",
        Terminate => "TERM",
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "Not a signal that processes are stopped with."),
    };

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int KillCore(int processId, int signal);
}
