using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests.AppHost;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Services_sample_their_traces_themselves_and_give_up_on_a_dashboard_that_does_not_answer()
    {
        var cancel = TestContext.Current.CancellationToken;
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(cancel);
        await using var app = await builder.BuildAsync(cancel);

        // A copy, because AppHost goes on behind BuildAsync and may still add resources.
        foreach (var service in builder.Resources.OfType<ProjectResource>().ToList())
        {
            var context = new EnvironmentCallbackContext(
                app.Services.GetRequiredService<DistributedApplicationExecutionContext>(), service, cancellationToken: cancel);
            foreach (var annotation in service.Annotations.OfType<EnvironmentCallbackAnnotation>())
                await annotation.Callback(context);

            // Aspire sets this one in Development, beside the sampler.
            Assert.Contains("OTEL_BSP_SCHEDULE_DELAY", context.EnvironmentVariables.Keys);
            Assert.DoesNotContain("OTEL_TRACES_SAMPLER", context.EnvironmentVariables.Keys);
            Assert.Equal("1000", context.EnvironmentVariables["OTEL_EXPORTER_OTLP_TIMEOUT"]);
        }
    }
}
