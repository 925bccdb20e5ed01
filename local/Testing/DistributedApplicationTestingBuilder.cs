using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Runs an AppHost, or a few resources described in the test itself, inside a test.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the AppHost up to its call of Build.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</typeparam>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The AppHost's builder, with all its resources.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class =>
        CreateAsync<TEntryPoint>([], Nothing, cancellationToken);

    /// <summary>Runs the AppHost up to its call of Build.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The AppHost's builder, with all its resources.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], Nothing, cancellationToken);

    /// <summary>Runs the AppHost with arguments up to its call of Build.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</typeparam>
    /// <param name="args">The AppHost's command line.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The AppHost's builder, with all its resources.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class =>
        CreateAsync<TEntryPoint>(args, Nothing, cancellationToken);

    /// <summary>Runs the AppHost with arguments up to its call of Build.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</param>
    /// <param name="args">The AppHost's command line.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The AppHost's builder, with all its resources.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, Nothing, cancellationToken);

    /// <summary>Runs the AppHost with arguments and changed settings up to its call of Build.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</typeparam>
    /// <param name="args">The AppHost's command line.</param>
    /// <param name="configureBuilder">Changes the settings that the builder is made from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The AppHost's builder, with all its resources.</returns>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default) =>
        CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <summary>Runs the AppHost with arguments and changed settings up to its call of Build.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly, as a rule <c>Projects.My_AppHost</c>.</param>
    /// <param name="args">The AppHost's command line.</param>
    /// <param name="configureBuilder">Changes the settings that the builder is made from.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The AppHost's builder, with all its resources.</returns>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint,
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(configureBuilder);

        var appHost = new SuspendedAppHost(entryPoint, args, configureBuilder);
        try
        {
            return new AppHostTestingBuilder(appHost, await appHost.DescribedAsync(cancellationToken));
        }
        catch
        {
            await appHost.DisposeAsync();
            throw;
        }
    }

    /// <summary>An empty builder for a test that describes its resources itself.</summary>
    /// <param name="args">The command line.</param>
    /// <exception cref="InvalidOperationException">No caller is in the assembly of an AppHost.</exception>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => Create(args, Nothing);

    /// <summary>An empty builder with changed settings, for a test that describes its resources itself.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes the settings that the builder is made from.</param>
    /// <exception cref="InvalidOperationException">No caller is in the assembly of an AppHost.</exception>
    public static IDistributedApplicationTestingBuilder Create(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder) =>
        Create(args, configureBuilder, appHost: null);

    /// <summary>The same, with the AppHost's assembly given instead of looked for among the callers.</summary>
    internal static IDistributedApplicationTestingBuilder Create(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, Assembly? appHost)
    {
        ArgumentNullException.ThrowIfNull(configureBuilder);
        return new StandaloneTestingBuilder(Arguments.Checked(args), configureBuilder, appHost ?? StandaloneTestingBuilder.CallingAppHost());
    }

    private static void Nothing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings) { }
}
