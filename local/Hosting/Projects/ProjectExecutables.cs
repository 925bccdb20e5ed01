using System.Xml.Linq;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting;

/// <summary>A program, its first arguments and where to run it.</summary>
internal sealed record ProgramToRun(string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory);

/// <summary>Finds what the build made of a project.</summary>
internal sealed class ProjectExecutables(DistributedApplicationOptions options) : IDisposable
{
    // Two builds at once would write the same files.
    private readonly SemaphoreSlim _oneBuild = new(1);

    /// <summary>The executable of the project, of the configuration that the AppHost was built as.</summary>
    /// <exception cref="DistributedApplicationException">The project is not there, was not built, or its build failed.</exception>
    public async Task<ProgramToRun> FindAsync(ProjectResource resource, Action<string, bool> output, CancellationToken cancellationToken)
    {
        var project = resource.GetProjectMetadata();
        if (!File.Exists(project.ProjectPath))
            throw new DistributedApplicationException($"The project file '{project.ProjectPath}' does not exist.");

        var configuration = options.Configuration ?? "Debug";
        if (!project.SuppressBuild)
            await BuildAsync(project.ProjectPath, configuration, output, cancellationToken);

        var directory = Path.GetDirectoryName(project.ProjectPath)!;
        var program = Find(directory, AssemblyNameOf(project.ProjectPath), configuration) ?? throw new DistributedApplicationException(
            $"'{resource.Name}' has not been built as {configuration}: there is no executable in '{Path.Combine(directory, "bin", configuration)}'.");
        return program with { WorkingDirectory = directory };
    }

    public void Dispose() => _oneBuild.Dispose();

    private static ProgramToRun? Find(string directory, string assemblyName, string configuration)
    {
        var output = Path.Combine(directory, "bin", configuration);
        if (!Directory.Exists(output))
            return null;

        // The latest build wins where a project is built for several frameworks.
        var name = OperatingSystem.IsWindows() ? $"{assemblyName}.exe" : assemblyName;
        var built = Directory.EnumerateDirectories(output)
            .Select(d => new FileInfo(Path.Combine(d, $"{assemblyName}.dll")))
            .Where(f => f.Exists)
            .MaxBy(f => f.LastWriteTimeUtc);
        if (built is null)
            return null;

        var executable = Path.Combine(built.DirectoryName!, name);
        return File.Exists(executable) ? new(executable, [], directory) : new("dotnet", [built.FullName], directory);
    }

    private static string AssemblyNameOf(string projectPath) =>
        XDocument.Load(projectPath).Descendants().FirstOrDefault(e => e.Name.LocalName == "AssemblyName")?.Value is { Length: > 0 } name && !name.Contains('$')
            ? name
            : Path.GetFileNameWithoutExtension(projectPath);

    private async Task BuildAsync(string projectPath, string configuration, Action<string, bool> output, CancellationToken cancellationToken)
    {
        await _oneBuild.WaitAsync(cancellationToken);
        try
        {
            await using var build = ChildProcess.Start(
                new("dotnet", ["build", projectPath, "-c", configuration, "-v", "q", "--nologo"],
                    Path.GetDirectoryName(projectPath)!, new Dictionary<string, string>()),
                output);
            var exitCode = await build.Completion.WaitAsync(cancellationToken);
            if (exitCode != 0)
                throw new DistributedApplicationException($"The build of '{projectPath}' failed; its log says why.");
        }
        finally
        {
            _oneBuild.Release();
        }
    }
}
