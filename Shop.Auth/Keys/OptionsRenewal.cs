using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Shop.Auth.Keys;

/// <summary>Has options made anew. OpenIddict asks for the current ones with each request, and so needs nothing else to learn of other keys.</summary>
internal sealed class OptionsRenewal<TOptions> : IOptionsChangeTokenSource<TOptions>, IDisposable
{
    private CancellationTokenSource _change = new();

    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_change.Token);

    /// <summary>The next who asks gets new ones.</summary>
    public void Renew()
    {
        using var change = Interlocked.Exchange(ref _change, new());
        change.Cancel();
    }

    public void Dispose() => _change.Dispose();
}
