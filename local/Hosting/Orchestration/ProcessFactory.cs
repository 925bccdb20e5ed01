using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;

namespace Aspire.Hosting.Orchestration;

/// <summary>A process that has been started, and with what.</summary>
internal sealed record StartedProcess(ChildProcess Process, string Description, IReadOnlyDictionary<string, string> Variables);

/// <summary>Starts the process of a resource: a server, a project or a program.</summary>
internal sealed class ProcessFactory(
    EndpointAllocator endpoints,
    ServerDirectories directories,
    ProjectExecutables projects,
    ResourceLoggerService logs,
    DistributedApplicationExecutionContext executionContext)
{
    // What the AppHost itself was started with is not meant for the services.
    private static readonly HashSet<string> NotInherited =
        ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    public async Task<StartedProcess> StartAsync(
        IResource resource, ResourceInstanceId instance, Action<string, bool> output, CancellationToken cancellationToken)
    {
        switch (resource)
        {
            case PostgresServerResource postgres:
                var forPostgres = await SettingsAsync(
                    postgres, postgres.PrimaryEndpoint, postgres.UserNameReference, postgres.PasswordParameter, cancellationToken);
                endpoints.Release(instance);
                return new(await PostgresServer.StartAsync(forPostgres, output, cancellationToken), "postgres", NoVariables);

            case RabbitMQServerResource rabbit:
                var forRabbit = await SettingsAsync(
                    rabbit, rabbit.PrimaryEndpoint, rabbit.UserNameReference, rabbit.PasswordParameter, cancellationToken);
                endpoints.Release(instance);
                return new(await RabbitMqServer.StartAsync(forRabbit, output, cancellationToken), "rabbitmq-server", NoVariables);

            case ProjectResource project:
                var program = await projects.FindAsync(project, output, cancellationToken);
                return await StartProgramAsync(resource, instance, program, output, cancellationToken);

            case ExecutableResource executable:
                return await StartProgramAsync(
                    resource, instance, new(ProgramOf(executable), [], executable.WorkingDirectory), output, cancellationToken);

            default:
                throw new DistributedApplicationException(
                    $"The local backend runs no containers: build the AppHost with -p:AspireBackend=official to have '{resource.Name}'.");
        }
    }

    private static Dictionary<string, string> NoVariables => [];

    private async Task<ServerSettings> SettingsAsync(
        IResource server, EndpointReference endpoint, ReferenceExpression userName, ParameterResource password, CancellationToken cancellationToken) =>
        new(
            endpoint.Port,
            (await userName.GetValueAsync(cancellationToken))!,
            (await password.GetValueAsync(cancellationToken))!,
            directories.DataOf(server),
            directories.RunOf(server));

    private async Task<StartedProcess> StartProgramAsync(
        IResource resource, ResourceInstanceId instance, ProgramToRun program, Action<string, bool> output, CancellationToken cancellationToken)
    {
        var context = new ReplicaValueContext
        {
            Instance = instance,
            Caller = resource,
            ExecutionContext = executionContext,
            TargetPorts = endpoints.TargetPortsOf(instance),
        };
        var variables = await VariablesAsync(resource, instance, context, cancellationToken);
        var arguments = await ArgumentsAsync(resource, instance, context, cancellationToken);

        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(v => !NotInherited.Contains((string)v.Key))
            .ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");
        foreach (var (name, value) in variables)
            environment[name] = value;

        endpoints.Release(instance);
        var spec = new ProcessSpec(program.FileName, [.. program.Arguments, .. arguments], program.WorkingDirectory, environment)
        {
            InheritEnvironment = false,
        };
        return new(ChildProcess.Start(spec, output), program.FileName, variables);
    }

    private async Task<Dictionary<string, string>> VariablesAsync(
        IResource resource, ResourceInstanceId instance, ReplicaValueContext context, CancellationToken cancellationToken)
    {
        var declared = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken)
        {
            Logger = logs.GetLogger(instance.Value),
        };
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await callback.Callback(declared);

        var variables = new Dictionary<string, string>();
        foreach (var (name, value) in declared.EnvironmentVariables)
        {
            if (await ProcessValues.TextAsync(value, executionContext.Operation, context, cancellationToken) is { } text)
                variables[name] = text;
        }

        return variables;
    }

    private async Task<List<string>> ArgumentsAsync(
        IResource resource, ResourceInstanceId instance, ReplicaValueContext context, CancellationToken cancellationToken)
    {
        var declared = new CommandLineArgsCallbackContext([], resource, cancellationToken)
        {
            ExecutionContext = executionContext,
            Logger = logs.GetLogger(instance.Value),
        };
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await callback.Callback(declared);

        var arguments = new List<string>();
        foreach (var value in declared.Args)
        {
            if (await ProcessValues.TextAsync(value, executionContext.Operation, context, cancellationToken) is { } text)
                arguments.Add(text);
        }

        return arguments;
    }

    // A path is relative to where the program is run.
    private static string ProgramOf(ExecutableResource executable) =>
        executable.Command.Contains(Path.DirectorySeparatorChar) ? Path.GetFullPath(executable.Command, executable.WorkingDirectory) : executable.Command;
}
