using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>An AppHost whose Main is held at Build until the test has changed what it wants to change.</summary>
internal sealed class SuspendedAppHost(
    Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    : DistributedApplicationFactory(entryPoint, args)
{
    private readonly ManualResetEventSlim _resumed = new();

    public async Task<DistributedApplication> ResumeAsync(CancellationToken cancellationToken)
    {
        _resumed.Set();
        return await BuiltAsync(cancellationToken);
    }

    protected override void OnBuilderCreating(DistributedApplicationOptions applicationOptions, HostApplicationBuilderSettings hostOptions) =>
        configure(applicationOptions, hostOptions);

    protected override void OnBuilding(DistributedApplicationBuilder applicationBuilder) => _resumed.Wait();

    public override void Dispose()
    {
        _resumed.Set();
        base.Dispose();
    }

    public override ValueTask DisposeAsync()
    {
        // Main goes on, and its start is called off at once.
        _resumed.Set();
        return base.DisposeAsync();
    }
}
