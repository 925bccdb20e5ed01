using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>The AppHost's host, which tells the test when it has started and can be called off while it starts.</summary>
internal sealed class ObservedHost(IHost host, TaskCompletionSource started, CancellationToken disposing) : IHost, IAsyncDisposable
{
    private static readonly object Key = new();

    public IServiceProvider Services => host.Services;

    /// <summary>Puts an observed host in the place of the one that is registered.</summary>
    public static void Intercept(IServiceCollection services, TaskCompletionSource started, CancellationToken disposing)
    {
        var original = services.Single(service => service.ServiceType == typeof(IHost) && !service.IsKeyedService);
        services.Remove(original);
        services.AddKeyedSingleton<IHost>(Key, (provider, _) => original.ImplementationFactory is { } factory
            ? (IHost)factory(provider)
            : (IHost)(original.ImplementationInstance ?? ActivatorUtilities.CreateInstance(provider, original.ImplementationType!)));
        services.AddSingleton<IHost>(provider => new ObservedHost(provider.GetRequiredKeyedService<IHost>(Key), started, disposing));
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposing);
        try
        {
            await host.StartAsync(either.Token);
            started.TrySetResult();
        }
        catch (Exception fault)
        {
            started.TrySetException(fault);
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    public void Dispose() => host.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            host.Dispose();
    }
}
