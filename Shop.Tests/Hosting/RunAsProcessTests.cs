using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Shop.Hosting;

namespace Shop.Tests.Hosting;

public sealed class RunAsProcessTests
{
    [Fact]
    public async Task With_Servers_set_to_containers_nothing_of_Aspires_server_is_changed()
    {
        var builder = await ServersApp.NewBuilderAsync("--Servers=containers");
        var untouched = builder.AddPostgres("untouched").WithDataVolume("kept");
        var asked = builder.AddPostgres("asked").WithDataVolume("kept").RunAsProcess();

        Assert.Equal(untouched.Resource.Annotations.Select(annotation => annotation.GetType()), asked.Resource.Annotations.Select(annotation => annotation.GetType()));
    }

    [Fact]
    public async Task A_value_of_Servers_that_means_nothing_is_refused_in_one_sentence()
    {
        var thrown = await Record.ExceptionAsync(() => ServersApp.NewBuilderAsync("--Servers=nonsense"));

        var refused = Assert.IsType<DistributedApplicationException>(thrown?.GetBaseException());
        Assert.Equal("Servers is 'nonsense'. It can be 'processes' or 'containers', or not be set.", refused.Message);
    }

    public static TheoryData<string, Action<IResourceBuilder<PostgresServerResource>>> WhatOnlyContainersHave => new()
    {
        { "a read-only mount of its data", postgres => postgres.WithDataVolume("read", isReadOnly: true) },
        { "the mount '/etc/extra'", postgres => postgres.WithBindMount(Path.GetTempPath(), "/etc/extra") },
        { "a lifetime beyond the run", postgres => postgres.WithLifetime(ContainerLifetime.Persistent) },
        { "arguments for a container runtime", postgres => postgres.WithContainerRuntimeArgs("--cpus", "1") },
        { "the endpoint 'extra'", postgres => postgres.WithEndpoint(targetPort: 9, name: "extra") },
    };

    [Theory, MemberData(nameof(WhatOnlyContainersHave))]
    public async Task What_a_process_cannot_have_is_refused_by_name(string what, Action<IResourceBuilder<PostgresServerResource>> ask)
    {
        var builder = await ServersApp.NewBuilderAsync("--Servers=processes");
        var postgres = builder.AddPostgres("pg").RunAsProcess();
        ask(postgres);

        var refused = await RefusalAsync(builder);
        Assert.Equal($"'pg' has {what}, which a process cannot have: leave that out or set Servers=containers.", refused.Message);
    }

    [Fact]
    public async Task The_management_plugin_is_refused_rather_than_left_out()
    {
        var builder = await ServersApp.NewBuilderAsync("--Servers=processes");
        builder.AddRabbitMQ("rabbit").RunAsProcess().WithManagementPlugin();

        var refused = await RefusalAsync(builder);
        Assert.Contains("the endpoint 'management'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_removed_from_the_model_is_not_started()
    {
        var builder = await ServersApp.NewBuilderAsync();
        var postgres = builder.AddPostgres("pg").RunAsProcess();
        builder.Resources.Remove(postgres.Resource);

        await using var app = await ServersApp.StartAsync(builder);
        Assert.Empty(app.Console);
    }

    private static async Task<DistributedApplicationException> RefusalAsync(IDistributedApplicationTestingBuilder builder)
    {
        var thrown = await Record.ExceptionAsync(() => ServersApp.StartAsync(builder));
        return Assert.IsType<DistributedApplicationException>(thrown?.GetBaseException());
    }
}
