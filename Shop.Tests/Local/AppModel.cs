using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Local;

/// <summary>Applications that are declared and not run, with endpoints allocated by hand.</summary>
internal static class AppModel
{
    /// <summary>A builder without a dashboard, so that nothing is written to user secrets.</summary>
    public static IDistributedApplicationBuilder Builder(params string[] args) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });

    public static IResourceBuilder<T> Listening<T>(this IResourceBuilder<T> builder, string endpoint, int port) where T : IResourceWithEndpoints
    {
        var annotation = builder.GetEndpoint(endpoint).EndpointAnnotation;
        annotation.AllocatedEndpoint = new AllocatedEndpoint(annotation, "localhost", port);
        return builder;
    }

    public static IResourceBuilder<ParameterResource> Password(this IDistributedApplicationBuilder builder, string value) =>
        builder.AddParameter("password", value, secret: true);

    public static IResourceBuilder<ExecutableResource> Program(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddExecutable(name, "true", ".");
}
