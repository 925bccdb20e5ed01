namespace Shop.ServiceDefaults.Hosting;

/// <summary>The former name of <see cref="AsyncAutoResetEvent"/>.</summary>
public abstract class Signal : AsyncAutoResetEvent
{
    /// <summary>Sets it.</summary>
    public void Raise() => Set();
}
