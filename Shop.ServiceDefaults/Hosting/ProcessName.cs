using System.Reflection;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>Gives the process the name of its program, so that ps, top and pkill know it: they would see a <c>dotnet</c> like any other.</summary>
internal static class ProcessName
{
    // The kernel keeps 15 characters.
    private const string File = "/proc/self/comm";

    /// <summary>Only on Linux, and only where the program is the process: a test that starts it within itself keeps its own name.</summary>
    /// <param name="program">The program's assembly.</param>
    public static void Set(string program)
    {
        if (!OperatingSystem.IsLinux() || Assembly.GetEntryAssembly()?.GetName().Name != program)
            return;
        try
        {
            System.IO.File.WriteAllText(File, program);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where /proc may not be written to, it stays a dotnet.
        }
    }
}
