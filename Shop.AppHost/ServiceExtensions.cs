using Shop.AppHost.Dashboard;

namespace Shop.AppHost;

/// <summary>What every service and every site is given.</summary>
public static class ServiceExtensions
{
    /// <summary>A service knows whose tokens it accepts, shows how it is, comes back when it has died, and can be killed to see that.</summary>
    public static IResourceBuilder<ProjectResource> AsService(this IResourceBuilder<ProjectResource> service, IResourceBuilder<ProjectResource> auth) => service
        .WithEnvironment("Auth__Issuer", auth.GetEndpoint("http"))
        // In Development the framework would compress stylesheets and scripts anew at each request, with a level that compresses nothing. Built ones are compressed.
        .WithEnvironment("ReloadStaticAssetsAtRuntime", "false")
        .AsBuilt().WithServiceHealth().WithRestart().WithKill();

    /// <summary>
    /// Runs what was built. Aspire would use <c>dotnet run</c>, which looks at the project once more and stays beside the service: a second of a core and some 100 MB for
    /// each. An IDE starts it as it likes; so does Aspire where nothing was built at the usual place.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AsBuilt(this IResourceBuilder<ProjectResource> service)
    {
        var project = service.Resource.GetProjectMetadata().ProjectPath;
        // Configuration and framework, as of this program.
        var output = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(Path.GetDirectoryName(project)!, "bin", output.Parent!.Name, output.Name, $"{Path.GetFileNameWithoutExtension(project)}.dll");
        // Aspire adds the project's path and the configuration, which no service reads.
#pragma warning disable ASPIREPROJECTS001 // Should it go one day, services start by dotnet run again.
        return File.Exists(program) ? service.WithAnnotation(new ProjectLaunchArgsOverrideAnnotation([program])) : service;
#pragma warning restore ASPIREPROJECTS001
    }

    /// <summary>Makes a site a client of Auth, whose people come back to it.</summary>
    /// <param name="site">The site.</param>
    /// <param name="auth">Auth.</param>
    /// <param name="name">The site's name in the settings of both: <c>Web</c>.</param>
    /// <param name="secret">What it proves itself with.</param>
    public static IResourceBuilder<ProjectResource> SignsInAt(
        this IResourceBuilder<ProjectResource> site, IResourceBuilder<ProjectResource> auth, string name, IResourceBuilder<ParameterResource> secret)
    {
        auth.WithEnvironment($"Auth__{name}__Address", site.GetEndpoint("http")).WithEnvironment($"Auth__{name}__Secret", secret);
        return site.WithEnvironment($"Auth__{name}__Secret", secret);
    }
}
