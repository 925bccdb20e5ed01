using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Shop.Shoppers;

/// <summary>The store as anybody reaches it: by its public HTTP APIs.</summary>
internal sealed class Store(IHttpClientFactory clients)
{
    public const string Auth = "auth";
    public const string Product = "product";

    /// <summary>How long a shopper watches an order before giving up.</summary>
    private static readonly TimeSpan WatchTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Makes an account; that there is one already, because an earlier try was not answered, is fine.</summary>
    public async Task RegisterAsync(string email, string password, string name, CancellationToken cancellationToken)
    {
        using var answer = await clients.CreateClient(Auth)
            .PostAsJsonAsync("/register", new { email, password, displayName = name }, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Conflict)
            answer.EnsureSuccessStatusCode();
    }

    /// <summary>A token, and for how long it is good.</summary>
    public async Task<(string Token, TimeSpan Lifetime)> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = "shop-cli",
            ["username"] = email,
            ["password"] = password,
        });
        using var answer = await clients.CreateClient(Auth).PostAsync("/connect/token", form, cancellationToken);
        var token = await ReadAsync(answer, cancellationToken);
        return (token.GetProperty("access_token").GetString()!, TimeSpan.FromSeconds(token.GetProperty("expires_in").GetInt32()));
    }

    /// <summary>The slugs of the categories.</summary>
    public async Task<IReadOnlyList<string>> CategoriesAsync(CancellationToken cancellationToken) =>
        [.. Items(await GetAsync("/categories", cancellationToken)).Select(category => category.GetProperty("slug").GetString()!)];

    /// <summary>Products of a category that can be had.</summary>
    public async Task<IReadOnlyList<Guid>> BrowseAsync(string category, CancellationToken cancellationToken) =>
        [.. Items(await GetAsync($"/products?category={category}&inStock=true&limit=24", cancellationToken)).Select(product => product.GetProperty("id").GetGuid())];

    /// <summary>Looks at a product.</summary>
    public Task LookAsync(Guid product, CancellationToken cancellationToken) => GetAsync($"/products/{product}", cancellationToken);

    /// <summary>Orders; null when somebody else was quicker and there is not enough left.</summary>
    public async Task<Guid?> OrderAsync(string token, IEnumerable<Guid> products, string paymentToken, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, "/orders", token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = JsonContent.Create(new { items = products.Select(productId => new { productId, quantity = 1 }), paymentToken });
        using var answer = await clients.CreateClient(Product).SendAsync(request, cancellationToken);
        return answer.StatusCode == HttpStatusCode.Conflict ? null : (await ReadAsync(answer, cancellationToken)).GetProperty("id").GetGuid();
    }

    /// <summary>Watches an order until it is no longer pending, and returns its status; <c>pending</c> when that takes too long.</summary>
    public async Task<string> OutcomeAsync(string token, Guid order, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(WatchTimeout);
        var status = "pending";
        try
        {
            // The stream ends when the service stops: then it is opened again.
            while (status == "pending")
                status = await WatchAsync(token, order, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It waits for longer than the shopper does.
            return status;
        }

        return status;
    }

    /// <summary>Cancels an order; that it is too late is fine.</summary>
    public async Task CancelAsync(string token, Guid order, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, $"/orders/{order}/cancel", token);
        using var answer = await clients.CreateClient(Product).SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Conflict)
            answer.EnsureSuccessStatusCode();
    }

    private async Task<string> WatchAsync(string token, Guid order, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, $"/orders/{order}/events", token);
        using var answer = await clients.CreateClient(Product).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var status = "pending";
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            await foreach (var change in SseParser.Create(stream).EnumerateAsync(cancellationToken))
            {
                status = JsonElement.Parse(change.Data).GetProperty("status").GetString()!;
                if (status != "pending")
                    return status;
            }
        }
        catch (HttpIOException e)
        {
            // Cut off, with the service that sent it.
            Activity.Current?.AddException(e);
        }

        return status;
    }

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await clients.CreateClient(Product).GetAsync(path, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string token) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static JsonElement.ArrayEnumerator Items(JsonElement page) => page.GetProperty("items").EnumerateArray();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
