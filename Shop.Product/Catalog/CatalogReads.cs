using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.ServiceDefaults;

namespace Shop.Product.Catalog;

/// <summary>What visitors read most, read together: products by id in one statement, and a list that several want at once a single time.</summary>
public sealed class CatalogReads(NpgsqlDataSource database, IOptions<JsonOptions> json)
{
    private readonly SharedReads<(ProductFilter Filter, Paging Paging), int, byte[]> _lists = new(async (list, _) =>
        Write(await ProductQueries.ListAsync(database, list.Filter, list.Paging), json.Value));

    private readonly SharedReads<int, Guid, IReadOnlyDictionary<Guid, ProductDetails>> _products = new((_, ids) => ProductQueries.GetAsync(database, ids));

    /// <summary>A page of products, as JSON.</summary>
    /// <exception cref="ProblemException">400: the cursor belongs to another list.</exception>
    public Task<byte[]> ListAsync(ProductFilter filter, Paging paging, CancellationToken cancel) => _lists.ReadAsync((filter, paging), 0, cancel);

    /// <summary>The product; null when there is none of that id for sale.</summary>
    public async Task<ProductDetails?> GetAsync(Guid id, CancellationToken cancel) =>
        (await _products.ReadAsync(0, id, cancel)).GetValueOrDefault(id);

    private static byte[] Write<T>(T value, JsonOptions options) => JsonSerializer.SerializeToUtf8Bytes(value, options.SerializerOptions);
}
