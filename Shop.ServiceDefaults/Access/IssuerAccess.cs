using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Hosting;

namespace Shop.ServiceDefaults.Access;

/// <summary>Asks the issuer, in the caller's name, at each request: a cached answer would be out of date.</summary>
internal sealed class IssuerAccess(Uri issuer) : LiveAccess, IDisposable
{
    private readonly Uri _address = new(issuer.AbsoluteUri.TrimEnd('/') + "/me/access");

    // Not from the factory, whose clients retry for seconds while a caller waits.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(3),
        MaxResponseContentBufferSize = 64 * 1024,
    };

    public override async Task<IReadOnlyCollection<string>?> PermissionsAsync(HttpContext http)
    {
        if (!AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var caller))
            return null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _address) { Headers = { Authorization = caller } };
            request.ForwardCaller(http.Connection);
            using var response = await _http.SendAsync(request, http.RequestAborted);
            if (response.StatusCode is HttpStatusCode.Unauthorized)
                return null;
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<Answer>(JsonSerializerOptions.Web, http.RequestAborted))?.Permissions
                ?? throw new JsonException("There are no permissions in the answer.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException && !http.RequestAborted.IsCancellationRequested)
        {
            throw new UnavailableException($"{_address} does not say what the caller may do: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private sealed record Answer(IReadOnlyCollection<string>? Permissions);
}
