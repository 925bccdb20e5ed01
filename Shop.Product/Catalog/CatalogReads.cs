using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Catalog;

/// <summary>What visitors read most, read together: products by id in one statement, and a list that several want at once a single time.</summary>
public sealed class CatalogReads(NpgsqlDataSource database, IOptions<JsonOptions> json)
{
    /// <summary>A read takes a millisecond or a few; one that takes so long has lost its connection, as likely as not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private readonly SharedReads<(ProductFilter Filter, Paging Paging, bool Staff), int, byte[]> _lists = new(async (list, _) =>
        Write(await ProductListing.ReadAsync(database, list.Filter, list.Paging, list.Staff), json.Value), Patience);

    private readonly SharedReads<int, Guid, IReadOnlyDictionary<Guid, ProductDetails>> _products =
        new((_, ids) => ProductQueries.GetAsync(database, ids), Patience);

    private readonly SharedReads<string, int, IReadOnlyList<Suggestion>> _suggestions = new((text, _) => Suggestions.ReadAsync(database, text), Patience);

    /// <summary>A page of products, as JSON.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="paging">Which page.</param>
    /// <param name="staff">Whether the items tell their stock.</param>
    /// <param name="cancel">Waits no longer.</param>
    /// <exception cref="ProblemException">400: the cursor belongs to another list.</exception>
    public Task<byte[]> ListAsync(ProductFilter filter, Paging paging, bool staff, CancellationToken cancel) =>
        _lists.ReadAsync((filter, paging, staff), 0, cancel);

    /// <summary>What the beginning of a search may become.</summary>
    public Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, CancellationToken cancel) => _suggestions.ReadAsync(text, 0, cancel);

    /// <summary>The product; null when there is none of that id for sale.</summary>
    public async Task<ProductDetails?> GetAsync(Guid id, CancellationToken cancel) =>
        (await _products.ReadAsync(0, id, cancel)).GetValueOrDefault(id);

    private static byte[] Write<T>(T value, JsonOptions options) => JsonSerializer.SerializeToUtf8Bytes(value, options.SerializerOptions);
}
