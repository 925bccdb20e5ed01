using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>Directories that belong to a server, and so to the user it runs as.</summary>
internal static class ServerDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates the directory when missing, for its owner only.</summary>
    public static void Create(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, OwnerOnly);
    }

    /// <summary>Gives the directory and all in it to the user that servers run as. Does nothing unless this process is root.</summary>
    /// <exception cref="ServerUnavailableException">That user cannot reach the directory.</exception>
    public static async Task HandOverAsync(string directory, CancellationToken ct)
    {
        if (!ServerUser.IsNeeded || !OperatingSystem.IsLinux())
            return;

        MakeReachable(directory);
        var chown = await Tool.RunAsync("chown", ["-R", $"{ServerUser.Id}:{ServerUser.Id}", directory], "/", ct);
        if (!chown.Succeeded)
            throw new ServerUnavailableException($"'{directory}' could not be given to the user that servers run as ({chown.Reason}).");
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    public static void WriteSecret(string path, string content)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>A random name part or secret of letters and digits.</summary>
    public static string RandomToken(int length) =>
        RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", length);

    // Directories that this process made for itself under the temporary directory are closed to others: passing through is
    // allowed there (not listing). Anywhere else the owner of the machine decides who passes.
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static void MakeReachable(string directory)
    {
        var temporary = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()));
        for (var parent = Path.GetDirectoryName(Path.GetFullPath(directory)); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            var mode = File.GetUnixFileMode(parent);
            if (mode.HasFlag(UnixFileMode.OtherExecute))
                continue;
            if (!parent.StartsWith(temporary + "/", StringComparison.Ordinal))
            {
                throw new ServerUnavailableException(
                    $"Servers do not run as root, and the user they run as cannot reach '{directory}': " +
                    $"run as a user without root rights, or allow passing through '{parent}' (chmod o+x).");
            }
            File.SetUnixFileMode(parent, mode | UnixFileMode.OtherExecute);
        }
    }
}
