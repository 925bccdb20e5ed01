using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Shop.ServiceDefaults.Errors;

namespace Shop.ServiceDefaults.Access;

/// <summary>
/// The issuer's discovery document and keys, kept for a while. The library's own manager refreshes in the background and so
/// refuses the first token of a new key; this one reads the keys before it answers, once for all who wait.
/// </summary>
internal sealed class IssuerConfiguration(Uri issuer, TimeProvider clock, ILogger<IssuerConfiguration> logger)
    : BaseConfigurationManager, IConfigurationManager<OpenIdConnectConfiguration>, IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>The shortest time between two requests to the issuer, however many tokens with unknown keys arrive.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Not from the factory, whose clients retry for seconds; a fast answer matters more here.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(3),
        MaxResponseContentBufferSize = 256 * 1024,
    };
    private readonly SemaphoreSlim _one = new(1);
    private volatile OpenIdConnectConfiguration? _current;
    private long _readAt;
    private long _triedAt;
    private volatile bool _stale = true;
    private volatile bool _tried;

    /// <summary>Whether the caches are to be read anew before the next use.</summary>
    private bool Due => _stale || clock.GetElapsedTime(Volatile.Read(ref _readAt)) > Lifetime;

    /// <summary>The configuration; an old one when the issuer cannot be asked for a new one.</summary>
    /// <exception cref="UnavailableException">The issuer has never been reached.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancellationToken)
    {
        if (Due)
        {
            await _one.WaitAsync(cancellationToken);
            try
            {
                if (Due && (!_tried || clock.GetElapsedTime(_triedAt) > Pause))
                    await ReadAsync(cancellationToken);
            }
            finally
            {
                _one.Release();
            }
        }
        return _current ?? throw new UnavailableException($"The keys of {issuer} cannot be read.");
    }

    public override async Task<BaseConfiguration> GetBaseConfigurationAsync(CancellationToken cancellationToken) => await GetConfigurationAsync(cancellationToken);

    /// <summary>Called when a token names a key that is not known.</summary>
    public override void RequestRefresh() => _stale = true;

    public void Dispose()
    {
        _http.Dispose();
        _one.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var address = new Uri(issuer.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration");
            var read = new OpenIdConnectConfiguration(await _http.GetStringAsync(address, cancellationToken));
            read.JsonWebKeySet = new JsonWebKeySet(await _http.GetStringAsync(new Uri(read.JwksUri), cancellationToken));
            foreach (var key in read.JsonWebKeySet.GetSigningKeys())
                read.SigningKeys.Add(key);
            _current = read;
            Volatile.Write(ref _readAt, clock.GetTimestamp());
            _stale = false;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or ArgumentException or UriFormatException
            || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(e, "The keys of {Issuer} cannot be read", issuer);
        }
        finally
        {
            Volatile.Write(ref _triedAt, clock.GetTimestamp());
            _tried = true;
        }
    }
}
