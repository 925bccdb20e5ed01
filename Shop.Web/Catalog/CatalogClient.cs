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
    public Task<ProductListing?> ListAsync(ProductList list, int limit, CancellationToken cancel) =>
        ReadAsync<ProductListing>(list.Query(limit), cancel);

    /// <summary>The product; null when it is not for sale.</summary>
    public Task<ProductDetails?> GetAsync(Guid id, CancellationToken cancel) =>
        ReadAsync<ProductDetails>($"/products/{id}", cancel);

    /// <summary>All categories, in the order of the shop.</summary>
    public async Task<IReadOnlyList<Category>> CategoriesAsync(CancellationToken cancel) =>
        (await ReadAsync<Page<Category>>("/categories", cancel))?.Items ?? [];

    /// <summary>What a search may become: up to eight categories and products.</summary>
    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, CancellationToken cancel) =>
        (await ReadAsync<Page<Suggestion>>(QueryHelpers.AddQueryString("/products/suggest", "q", text), cancel))?.Items ?? [];

    /// <summary>The products of these ids, in their order; those that are no longer for sale are left out.</summary>
    public async Task<IReadOnlyList<ProductSummary>> ListAsync(IEnumerable<Guid> ids, CancellationToken cancel) =>
        (await ReadAsync<ProductListing>(QueryHelpers.AddQueryString("/products", "ids", string.Join(',', ids)), cancel))?.Items ?? [];

    /// <summary>The picture of a product, its body not read yet; the caller disposes it.</summary>
    /// <param name="id">The product.</param>
    /// <param name="version">The version that may be kept for ever; null for whichever there is.</param>
    /// <param name="browser">The headers of the browser's request; its conditions are Product's to judge, so they go on as they came.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<HttpResponseMessage> OpenImageAsync(Guid id, int? version, IHeaderDictionary browser, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/products/{id}/image" + (version is null ? "" : $"?v={version}"));
        foreach (var condition in (string[])[HeaderNames.IfMatch, HeaderNames.IfNoneMatch])
        {
            request.Headers.TryAddWithoutValidation(condition, browser[condition].AsEnumerable());
        }
        return await SendAsync(request, cancel);
    }

    private async Task<T?> ReadAsync<T>(string address, CancellationToken cancel) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await SendAsync(request, cancel);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            return null;
        }
        try
        {
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<T>(cancel);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException)
        {
            throw new UnavailableException($"Product did not answer {address} as agreed.", broken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (Exception away) when (away is HttpRequestException or ExecutionRejectedException)
        {
            throw new UnavailableException("Product cannot be reached.", away);
        }
        if (response.StatusCode < HttpStatusCode.InternalServerError)
        {
            return response;
        }
        response.Dispose();
        throw new UnavailableException($"Product answered {(int)response.StatusCode}.");
    }
}
