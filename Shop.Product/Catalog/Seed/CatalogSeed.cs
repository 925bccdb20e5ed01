using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.Messaging.Contracts;

namespace Shop.Product.Catalog.Seed;

/// <summary>
/// Fills the catalog of a database that never had one, before the service takes requests, so that a fresh store looks like a store.
/// The products and their pictures are embedded: <c>products.json</c> and <c>pictures/&lt;slug&gt;.svg</c>.
/// </summary>
public sealed class CatalogSeed(IServiceScopeFactory scopes, IOptions<ShopOptions> shop, ILogger<CatalogSeed> logger) : IHostedService
{
    /// <summary>The advisory lock by which replicas take turns, beside the one of the migrations.</summary>
    private const long LockKey = 0x73656564;

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProductDb>();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(() => SeedAsync(db, cancellationToken));
        var provider = await db.Database
            .SqlQuery<string>($"SELECT collprovider::text AS \"Value\" FROM pg_collation WHERE collname = {CatalogProductConfiguration.CollationOfNames}")
            .FirstOrDefaultAsync(cancellationToken);
        if (provider != "i")
            logger.LogWarning("Names sort by code point: this PostgreSQL is built without ICU. Take one that has it, as Debian's and the official image do");
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SeedAsync(ProductDb db, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        // Products are archived, never deleted: where there is none, there has never been one.
        if (await db.Categories.AnyAsync(cancellationToken) || await db.Products.AnyAsync(cancellationToken))
            return;

        var catalog = Read();
        db.Categories.AddRange(catalog.Categories.Select((category, position) =>
            new Category { Slug = category.Slug, Name = category.Name, Position = position }));
        foreach (var product in catalog.Products)
            Add(db, product);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        logger.LogInformation("A new store: {Products} products in {Categories} categories", catalog.Products.Count, catalog.Categories.Count);
    }

    private void Add(ProductDb db, SeedProduct product)
    {
        var id = Guid.CreateVersion7();
        var picture = Picture(product.Slug);
        db.Products.Add(new CatalogProduct
        {
            Id = id,
            Slug = product.Slug,
            Name = product.Name,
            Description = product.Description,
            Category = product.Category,
            Price = new Money(product.Price, shop.Value.Currency).Rounded().Amount,
            Currency = shop.Value.Currency,
            ImageVersion = picture is null ? 0 : 1,
            Stock = new ProductStock { ProductId = id, Available = product.Stock },
        });
        if (picture is not null)
            db.Add(new ProductImage { ProductId = id, Version = 1, ContentType = "image/svg+xml", Bytes = picture });
    }

    private static SeedCatalog Read()
    {
        using var json = typeof(CatalogSeed).Assembly.GetManifestResourceStream("Seed/products.json")
            ?? throw new InvalidOperationException("The seed of the catalog is not embedded.");
        return JsonSerializer.Deserialize<SeedCatalog>(json, JsonSerializerOptions.Web)!;
    }

    private static byte[]? Picture(string slug)
    {
        using var svg = typeof(CatalogSeed).Assembly.GetManifestResourceStream($"Seed/pictures/{slug}.svg");
        if (svg is null)
            return null;
        var bytes = new byte[svg.Length];
        svg.ReadExactly(bytes);
        return bytes;
    }

    private sealed record SeedCatalog(IReadOnlyList<SeedCategory> Categories, IReadOnlyList<SeedProduct> Products);

    private sealed record SeedCategory(string Slug, string Name);

    private sealed record SeedProduct(string Slug, string Name, string Description, string Category, decimal Price, int Stock);
}
