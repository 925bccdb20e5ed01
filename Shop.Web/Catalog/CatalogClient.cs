using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Polly;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Web.Catalog;

/// <summary>Reads the catalog from Product.</summary>
/// <remarks>Every method throws <see cref="UnavailableException"/> when Product is away or fails.</remarks>
public sealed class CatalogClient(HttpClient http)
{
    /// <summary>A page of products; null when Product refuses the query, because its cursor belongs to another list, say.</summary>
    public Task<ProductListing?> ListAsync(ProductList list, int limit, CancellationToken cancellationToken) =>
        ReadAsync<ProductListing>(list.Query(limit), cancellationToken);

    /// <summary>The product; null when it is not for sale.</summary>
    public Task<ProductDetails?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        ReadAsync<ProductDetails>($"/products/{id}", cancellationToken);

    /// <summary>All categories, in the order of the shop.</summary>
    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken cancellationToken) =>
        (await ReadAsync<Page<Category>>("/categories", cancellationToken))?.Items ?? [];

    /// <summary>What a search may become: up to eight categories and products.</summary>
    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, CancellationToken cancellationToken) =>
        (await ReadAsync<Page<Suggestion>>(QueryHelpers.AddQueryString("/products/suggest", "q", text), cancellationToken))?.Items ?? [];

    /// <summary>The products of these ids, in their order; those that are no longer for sale are left out.</summary>
    public async Task<IReadOnlyList<ProductSummary>> ListAsync(IEnumerable<Guid> ids, CancellationToken cancellationToken) =>
        (await ReadAsync<ProductListing>(QueryHelpers.AddQueryString("/products", "ids", string.Join(',', ids)), cancellationToken))?.Items ?? [];

    /// <summary>The picture of a product, its body not read yet; the caller disposes it.</summary>
    /// <param name="id">The product.</param>
    /// <param name="version">The version that may be kept for ever; null for whichever there is.</param>
    /// <param name="browser">The headers of the browser's request; its conditions are Product's to judge, so they go on as they came.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task<HttpResponseMessage> OpenImageAsync(Guid id, int? version, IHeaderDictionary browser, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/products/{id}/image" + (version is null ? "" : $"?v={version}"));
        foreach (var condition in (string[])[HeaderNames.IfMatch, HeaderNames.IfNoneMatch])
            request.Headers.TryAddWithoutValidation(condition, browser[condition].AsEnumerable());
        return await SendAsync(request, cancellationToken);
    }

    private async Task<T?> ReadAsync<T>(string address, CancellationToken cancellationToken) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
            return null;
        try
        {
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException)
        {
            throw new UnavailableException($"Product did not answer {address} as agreed.", broken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception away) when (away is HttpRequestException or ExecutionRejectedException)
        {
            throw new UnavailableException("Product cannot be reached.", away);
        }
        if (response.StatusCode < HttpStatusCode.InternalServerError)
            return response;
        response.Dispose();
        throw new UnavailableException($"Product answered {(int)response.StatusCode}.");
    }
}
