using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Shop.Tests.Local;

/// <summary>Runs plain programs, so that these need no server.</summary>
public sealed class OrchestrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_resource_is_told_of_in_order_and_one_that_waits_starts_when_the_other_is_ready()
    {
        var builder = AppModel.Builder();
        var first = builder.AddExecutable("first", "sleep", ".", "1000").WithHttpEndpoint();
        builder.AddExecutable("second", "sleep", ".", "1000").WaitFor(first);
        var told = new ConcurrentQueue<string>();
        builder.Eventing.Subscribe<BeforeStartEvent>((_, _) => Tell("BeforeStart"));
        builder.Eventing.Subscribe<InitializeResourceEvent>((e, _) => Tell($"{e.Resource.Name} Initialize"));
        builder.Eventing.Subscribe<ResourceEndpointsAllocatedEvent>((e, _) => Tell($"{e.Resource.Name} EndpointsAllocated"));
        builder.Eventing.Subscribe<ResourceReadyEvent>((e, _) => Tell($"{e.Resource.Name} Ready"));
        builder.Eventing.Subscribe<ResourceStoppedEvent>((e, _) => Tell($"{e.Resource.Name} Stopped"));
        builder.Eventing.Subscribe<AfterResourcesCreatedEvent>((_, _) => Tell("AfterResourcesCreated"));

        await using (var app = builder.Build())
        {
            await app.StartAsync(Token);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("second", Token);
            await app.StopAsync(Token);
        }

        string[] start =
        [
            "BeforeStart", "first Initialize", "second Initialize", "first EndpointsAllocated", "second EndpointsAllocated", "first Ready",
        ];
        Assert.Equal(start, told.Take(start.Length));
        Assert.Contains("AfterResourcesCreated", told);
        Assert.Equal(["first Stopped", "second Stopped"], told.TakeLast(2).Order());

        Task Tell(string what)
        {
            told.Enqueue(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_is_finished_with_137_until_somebody_starts_it()
    {
        var builder = AppModel.Builder();
        builder.AddExecutable("sleeper", "sleep", ".", "1000");
        await using var app = builder.Build();
        await app.StartAsync(Token);
        var running = await app.ResourceNotifications.WaitForResourceHealthyAsync("sleeper", Token);

        var pid = Assert.IsType<int>(running.Snapshot.Properties.Single(p => p.Name == "executable.pid").Value);
        System.Diagnostics.Process.GetProcessById(pid).Kill();
        var ended = await app.ResourceNotifications.WaitForResourceAsync(
            "sleeper", e => e.Snapshot.State?.Text == KnownResourceStates.Finished, Token);
        Assert.Equal(137, ended.Snapshot.ExitCode);
        Assert.Null(ended.Snapshot.HealthStatus);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("sleeper", KnownResourceCommands.StartCommand, Token)).Success);
        var again = await app.ResourceNotifications.WaitForResourceHealthyAsync("sleeper", Token);
        Assert.Null(again.Snapshot.ExitCode);
    }

    [Fact]
    public async Task What_cannot_be_started_says_why_and_takes_those_who_wait_for_it_along()
    {
        var builder = AppModel.Builder();
        var missing = builder.AddExecutable("missing", "no-such-program", ".");
        builder.AddExecutable("waiting", "sleep", ".", "1000").WaitFor(missing);
        await using var app = builder.Build();
        await app.StartAsync(Token);

        foreach (var name in new[] { "missing", "waiting" })
        {
            Assert.True(app.ResourceNotifications.TryGetCurrentState(name, out var state));
            Assert.Equal(KnownResourceStates.FailedToStart, state.Snapshot.State?.Text);
        }

        await Assert.ThrowsAsync<DistributedApplicationException>(
            () => app.ResourceNotifications.WaitForResourceHealthyAsync("waiting", Token));
    }

    [Fact]
    public async Task A_command_that_there_is_not_fails_with_a_reason()
    {
        var builder = AppModel.Builder();
        builder.AddExecutable("sleeper", "sleep", ".", "1000").WithExplicitStart();
        await using var app = builder.Build();
        await app.StartAsync(Token);

        Assert.True(app.ResourceNotifications.TryGetCurrentState("sleeper", out var state));
        Assert.Equal(KnownResourceStates.NotStarted, state.Snapshot.State?.Text);
        Assert.Matches("^sleeper-[a-z]{8}$", state.ResourceId);

        var unknown = await app.ResourceCommands.ExecuteCommandAsync("sleeper", "nonsense", Token);
        Assert.False(unknown.Success);
        Assert.Equal($"Command 'nonsense' not available for resource '{state.ResourceId}'.", unknown.ErrorMessage);
        var nobody = await app.ResourceCommands.ExecuteCommandAsync("nobody", KnownResourceCommands.StopCommand, Token);
        Assert.Equal("Resource 'nobody' not found.", nobody.ErrorMessage);
    }

    [Fact]
    public async Task One_who_waits_for_completion_starts_when_the_other_ended_well()
    {
        var builder = AppModel.Builder();
        var migration = builder.AddExecutable("migration", "true", ".");
        builder.AddExecutable("service", "sleep", ".", "1000").WaitForCompletion(migration);
        await using var app = builder.Build();
        await app.StartAsync(Token);

        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("migration", out var state));
        Assert.Equal((KnownResourceStates.Finished, 0), (state.Snapshot.State?.Text, state.Snapshot.ExitCode));
    }

    [Fact]
    public async Task Ports_are_random_when_a_test_asks_for_that()
    {
        var builder = AppModel.Builder();
        builder.Configuration["DcpPublisher:RandomizePorts"] = "true";
        var web = builder.AddExecutable("web", "sleep", ".", "1000").WithHttpEndpoint(port: 80, env: "PORT");
        await using var app = builder.Build();
        await app.StartAsync(Token);

        Assert.InRange(web.GetEndpoint("http").Port, 1024, 65535);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("web", out var state));
        Assert.Equal(
            web.GetEndpoint("http").Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            state.Snapshot.EnvironmentVariables.Single(v => v.Name == "PORT").Value);
    }
}
