using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.AppHost;

namespace Shop.Tests.Services.Defaults;

public sealed class HealthTests
{
    private const string Issuer = "http://localhost:1";

    [Fact]
    public async Task The_dashboard_says_which_check_of_a_service_fails_and_why()
    {
        await using var service = await SampleService.StartAsync(Issuer, settings: "--Sick=The sample is away.");

        var health = await ServiceHealth.AskAsync(service.Client.BaseAddress!, TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Equal("sample: The sample is away.", health.Description);
    }

    [Fact]
    public async Task A_service_that_is_well_is_healthy_in_the_dashboard()
    {
        await using var service = await SampleService.StartAsync(Issuer);

        Assert.Equal(HealthStatus.Healthy, (await ServiceHealth.AskAsync(service.Client.BaseAddress!, TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Outside_Development_the_world_learns_that_a_service_is_unhealthy_but_not_why()
    {
        await using var service = await SampleService.StartAsync("https://issuer.test", "Production", settings: "--Sick=The sample is away.");

        using var answer = await service.Client.GetAsync("/health", TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.DoesNotContain("sample", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
