namespace Aspire.Hosting.ApplicationModel;

/// <summary>A program.</summary>
public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IComputeResource
{
    /// <summary>Makes a program that is run in that directory.</summary>
    public ExecutableResource(string name, string command, string workingDirectory) : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        Annotations.Add(new ExecutableAnnotation { Command = command, WorkingDirectory = workingDirectory });
    }

    /// <summary>The program: a path, or a name that is looked for on PATH.</summary>
    public string Command => Executable.Command;

    /// <summary>The directory that it is run in.</summary>
    public string WorkingDirectory => Executable.WorkingDirectory;

    private ExecutableAnnotation Executable => Annotations.OfType<ExecutableAnnotation>().Last();
}

/// <summary>Says which program to run, and where.</summary>
public sealed class ExecutableAnnotation : IResourceAnnotation
{
    /// <summary>The program: a path, or a name that is looked for on PATH.</summary>
    public required string Command { get; set; }

    /// <summary>The directory that it is run in.</summary>
    public required string WorkingDirectory { get; set; }
}
