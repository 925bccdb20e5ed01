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
        .WithServiceHealth().WithRestart().WithKill();

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
