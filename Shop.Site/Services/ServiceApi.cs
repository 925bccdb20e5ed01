using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Polly;
using Shop.ServiceDefaults.Errors;

namespace Shop.Site.Services;

/// <summary>Calls a service as whoever is signed in here.</summary>
/// <remarks>
/// Every method throws <see cref="UnavailableException"/> when the service is away or fails, and <see cref="SignedOutException"/> when it does not accept the
/// visitor's token any more.
/// </remarks>
/// <param name="service">The name of the service, for messages.</param>
/// <param name="http">Calls it.</param>
/// <param name="visitor">Whose request it is.</param>
public abstract class ServiceApi(string service, HttpClient http, IHttpContextAccessor visitor)
{
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;

    /// <summary>What is at an address; null when there is no such thing.</summary>
    public async Task<T?> FindAsync<T>(string address) where T : class =>
        await SendAsync<T>(HttpMethod.Get, address) switch
        {
            { Value: { } value } => value,
            { Status: HttpStatusCode.NotFound } => null,
            var answer => throw new UnavailableException($"{service} answered {address} with {(int)answer.Status}."),
        };

    /// <summary>What is at an address.</summary>
    public async Task<T> GetAsync<T>(string address) where T : class =>
        await FindAsync<T>(address) ?? throw new UnavailableException($"{service} answered {address} with 404.");

    /// <summary>Asks for something to be done.</summary>
    /// <typeparam name="T">What the answer has when it is done.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="address">Relative to the service.</param>
    /// <param name="body">Sent as JSON; null for none.</param>
    /// <param name="idempotencyKey">With it a POST is tried again when its answer is lost; null for none.</param>
    /// <returns>The answer, or the problem that was refused with.</returns>
    public Task<Answer<T>> SendAsync<T>(HttpMethod method, string address, object? body = null, string? idempotencyKey = null) where T : class =>
        SendAsync<T>(method, address, body is null ? null : JsonContent.Create(body, options: Json), idempotencyKey, ifMatch: null);

    /// <summary>The same, with a body of any kind.</summary>
    /// <typeparam name="T">What the answer has when it is done.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="address">Relative to the service.</param>
    /// <param name="content">The body; null for none. Belongs to this call.</param>
    /// <param name="idempotencyKey">With it a POST is tried again when its answer is lost; null for none.</param>
    /// <param name="ifMatch">The entity tag of what is to be changed; null for none.</param>
    /// <returns>The answer, or the problem that was refused with.</returns>
    public async Task<Answer<T>> SendAsync<T>(HttpMethod method, string address, HttpContent? content, string? idempotencyKey, string? ifMatch) where T : class
    {
        var context = visitor.HttpContext ?? throw new InvalidOperationException("There is no request to act for.");
        using var request = new HttpRequestMessage(method, address) { Content = content };
        if (await context.GetTokenAsync("access_token") is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        try
        {
            using var response = await http.SendAsync(request, context.RequestAborted);
            return await ReadAsync<T>(response, context.RequestAborted);
        }
        catch (Exception away) when (away is HttpRequestException or ExecutionRejectedException or JsonException)
        {
            throw new UnavailableException($"{service} cannot be reached.", away);
        }
    }

    private async Task<Answer<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) where T : class
    {
        var status = response.StatusCode;
        return status switch
        {
            HttpStatusCode.Unauthorized => throw new SignedOutException(),
            >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => throw new UnavailableException($"{service} answered {(int)status}."),
            HttpStatusCode.NoContent => new(status, null, null),
            < HttpStatusCode.BadRequest when response.Content.Headers.ContentLength is 0 => new(status, null, null),
            >= HttpStatusCode.BadRequest => new(status, null, await response.Content.ReadFromJsonAsync<Problem>(Json, cancellationToken)),
            _ => new(status, await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken), null),
        };
    }
}

/// <summary>What a service answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Value">What it answered with; null when it refused, or had nothing to say.</param>
/// <param name="Problem">Why it refused; null when it did not.</param>
public sealed record Answer<T>(HttpStatusCode Status, T? Value, Problem? Problem) where T : class
{
    /// <summary>Whether it was done.</summary>
    public bool Done => Problem is null;
}

/// <summary>Why a service refused: RFC 9457 problem details.</summary>
/// <param name="Type">A URI whose last segment says what is wrong: <c>out-of-stock</c>.</param>
/// <param name="Title">What is wrong, the same for every problem of the type.</param>
/// <param name="Detail">For people, in English; null when the title says it all.</param>
/// <param name="Errors">What is wrong with each field; null when it is not about fields.</param>
public sealed record Problem(string Type, string? Title, string? Detail, IReadOnlyDictionary<string, string[]>? Errors)
{
    /// <summary>What the problem says beyond that.</summary>
    [System.Text.Json.Serialization.JsonExtensionData]
    public IDictionary<string, JsonElement> More { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether it is of a kind, named as in the contract: <c>out-of-stock</c>.</summary>
    public bool Is(string kind) => Type.EndsWith("/" + kind, StringComparison.Ordinal);
}
