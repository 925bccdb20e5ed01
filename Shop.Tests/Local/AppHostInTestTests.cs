using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Shop.Tests.Local;

/// <summary>The testing builder runs the Shop's own AppHost, as far as that can be seen without starting a server.</summary>
public sealed class AppHostInTestTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_AppHost_describes_its_resources_and_waits()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);

        string[] expected = ["messaging", "postgres", "authdb", "productdb", "paymentdb", "auth", "product", "payment", "web"];
        Assert.Superset(expected.ToHashSet(), builder.Resources.Select(resource => resource.Name).ToHashSet());
        Assert.Equal(typeof(Projects.Shop_AppHost).Assembly, builder.AppHostAssembly);
        Assert.Equal(Projects.Shop_AppHost.ProjectPath, builder.AppHostDirectory);
    }

    [Fact]
    public async Task The_AppHosts_first_launch_profile_is_applied()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(Cancellation);

        Assert.Equal("http", builder.Configuration["DOTNET_LAUNCH_PROFILE"]);
        Assert.Equal("true", builder.Configuration["ASPIRE_ALLOW_UNSECURED_TRANSPORT"]);
        Assert.True(builder.Environment.IsDevelopment());
    }

    [Fact]
    public async Task An_argument_goes_before_the_launch_profile()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
            ["--ASPIRE_ALLOW_UNSECURED_TRANSPORT=no", "--DcpPublisher:RandomizePorts=false"], Cancellation);

        Assert.Equal("no", builder.Configuration["ASPIRE_ALLOW_UNSECURED_TRANSPORT"]);
        Assert.Equal("false", builder.Configuration["DcpPublisher:RandomizePorts"]);
    }

    [Fact]
    public async Task An_unknown_launch_profile_is_named()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(["--DOTNET_LAUNCH_PROFILE=nowhere"], Cancellation));

        Assert.Contains("nowhere", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_one_AppHost_do_not_reach_another_that_is_made_at_the_same_time()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
            DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
                [], (_, settings) => settings.Configuration!.AddInMemoryCollection([new("number", $"{number}")]), Cancellation)));

        Assert.Equal(["0", "1", "2", "3"], made.Select(builder => builder.Configuration["number"]));
        foreach (var builder in made)
            await builder.DisposeAsync();
    }

    [Fact]
    public async Task What_Main_throws_reaches_the_test()
    {
        var fault = await Assert.ThrowsAsync<NotSupportedException>(() =>
            DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(
                [], (_, _) => throw new NotSupportedException("not today"), Cancellation));

        Assert.Equal("not today", fault.Message);
    }

    [Fact]
    public async Task An_assembly_without_Main_is_refused()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            DistributedApplicationTestingBuilder.CreateAsync<DistributedApplication>(Cancellation));

        Assert.Contains("entry point", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_builder_without_an_AppHost_among_the_callers_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => DistributedApplicationTestingBuilder.Create());
    }

    [Fact]
    public async Task A_test_can_describe_its_own_resources()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create([], (_, _) => { }, typeof(Projects.Shop_AppHost).Assembly);
        var greeting = builder.AddParameter("greeting", "hello");
        await using var app = await builder.BuildAsync(Cancellation);

        Assert.Throws<InvalidOperationException>(() => app.GetEndpoint("greeting"));
        await app.StartAsync(Cancellation);

        Assert.Equal("hello", await greeting.Resource.GetValueAsync(Cancellation));
        Assert.Throws<ArgumentException>(() => app.GetEndpoint("nobody"));
        Assert.Throws<ArgumentException>(() => app.GetEndpoint("greeting"));
    }
}
