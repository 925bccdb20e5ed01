using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Hears what <see cref="DistributedApplicationBuilder"/> announces about itself. Only in the flow of control that began listening,
/// so that tests which run at the same time don't hear each other's AppHosts.
/// </summary>
internal sealed class BuilderEvents : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private static readonly AsyncLocal<BuilderEvents?> Current = new();
    private readonly List<IDisposable> _subscriptions = [];

    public Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? Constructing { get; init; }

    public Action<DistributedApplicationBuilder>? Constructed { get; init; }

    public Action<DistributedApplicationBuilder>? Building { get; init; }

    public Action<DistributedApplication>? Built { get; init; }

    /// <summary>Runs an action, with what happens in it being heard.</summary>
    public void During(Action action)
    {
        var outer = Current.Value;
        Current.Value = this;
        var listeners = DiagnosticListener.AllListeners.Subscribe(this);
        try
        {
            action();
        }
        finally
        {
            listeners.Dispose();
            _subscriptions.ForEach(subscription => subscription.Dispose());
            Current.Value = outer;
        }
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (Current.Value == this && value.Name == "Aspire.Hosting")
            _subscriptions.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (Current.Value != this)
            return;
        switch (value.Key, value.Value)
        {
            case ("DistributedApplicationBuilderConstructing", (DistributedApplicationOptions options, HostApplicationBuilderSettings settings)):
                Constructing?.Invoke(options, settings);
                break;
            case ("DistributedApplicationBuilderConstructed", DistributedApplicationBuilder builder):
                Constructed?.Invoke(builder);
                break;
            case ("DistributedApplicationBuilding", DistributedApplicationBuilder builder):
                Building?.Invoke(builder);
                break;
            case ("DistributedApplicationBuilt", DistributedApplication application):
                Built?.Invoke(application);
                break;
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted() { }

    void IObserver<DiagnosticListener>.OnError(Exception error) { }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted() { }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error) { }
}
