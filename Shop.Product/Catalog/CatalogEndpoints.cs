using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Shop.Product.Catalog.Bulk;
using Shop.Product.Catalog.Seed;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Catalog;

/// <summary>What can be bought: for everybody to see, for staff to change.</summary>
public static class CatalogEndpoints
{
    /// <summary>Adds the first catalog and the cache of what everybody reads.</summary>
    public static void AddCatalog(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHostedService<CatalogSeed>();
        builder.Services.AddHostedService<CatalogChanges>();
        builder.Services.AddScoped<ImportBatch>();
        builder.Services.AddSingleton<GetStockStats>();
        builder.Services.AddOutputCache(cache =>
            (cache.SizeLimit, cache.MaximumBodySize) = (CatalogCache.SizeLimit, CatalogCache.MaximumBodySize));
    }

    /// <summary>Maps <c>/products</c> and <c>/categories</c>.</summary>
    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        var catalog = app.MapGroup("").WithTags("Catalog");
        catalog.MapGet("/categories", ListCategories.HandleAsync).WithName("ListCategories").AllowAnonymous()
            .CacheOutput(new CatalogCache(_ => ""))
            .WithSummary("All categories, with how many products each has");

        catalog.MapGet("/stats/stock", GetStockStats.HandleAsync).WithName("GetStockStats").RequirePermission(Permissions.CatalogWrite)
            .WithSummary("Which products have little or no stock, up to half a minute ago");

        var products = catalog.MapGroup("/products");
        products.MapGet("/", ListProducts.HandleAsync).WithName("ListProducts").AllowAnonymous()
            .CacheOutput(new CatalogCache(ProductFilter.NormalForm))
            .WithSummary("Products, searched, filtered, in one of five orders, page by page; whoever may change the catalog sees stocks, and archived ones")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        products.MapGet("/suggest", SuggestProducts.HandleAsync).WithName("SuggestProducts").AllowAnonymous()
            .CacheOutput(new CatalogCache(query => CatalogCache.Query(("q", query["q"]))))
            .WithSummary("Up to eight categories and products that the beginning of a search may become")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        products.MapGet("/{id:guid}", GetProduct.HandleAsync).WithName("GetProduct").AllowAnonymous()
            .CacheOutput(new CatalogCache(_ => ""))
            .WithSummary("One product; its ETag changes with its stock too")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        products.MapImages();

        var staff = products.MapGroup("").RequirePermission(Permissions.CatalogWrite);
        staff.MapPost("/", CreateProduct.HandleAsync).WithName("CreateProduct")
            .WithSummary("Put a product on sale")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        staff.MapPut("/{id:guid}", EditProduct.HandleAsync).WithName("UpdateProduct")
            .WithSummary("Change a product that is still as If-Match says; the stock is compared and set only if the body has one")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired);
        staff.MapDelete("/{id:guid}", ArchiveProduct.HandleAsync).WithName("ArchiveProduct")
            .WithSummary("Take a product off sale; old orders keep it")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        staff.MapPost("/{id:guid}/stock", ChangeStock.HandleAsync).WithName("ChangeStock")
            .WithSummary("Add pieces to the stock, or take some away")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        staff.MapGet("/{id:guid}/stock-history", StockHistory.HandleAsync).WithName("ListStockMovements")
            .WithSummary("Who changed the stock of a product, by how much and why, the latest first")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        staff.MapPost("/bulk", ChangeProducts.HandleAsync).WithName("ChangeProducts")
            .WithSummary("Change price, category or sale of up to 1,000 products, with a result for each")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        staff.MapGet("/import/{key:maxlength(255)}", ImportProgress.HandleAsync).WithName("GetImport")
            .WithSummary("How far the caller's import with this Idempotency-Key has come, in the last week")
            .ProducesProblem(StatusCodes.Status404NotFound);
        staff.MapPost("/import", ImportProducts.HandleAsync).WithName("ImportProducts")
            .WithSummary("Add or change a product for each line of CSV or NDJSON, streamed; with dryRun only say what would come of it")
            .Accepts<string>("text/csv", "application/x-ndjson")
            .WithMetadata(new RequestSizeLimitAttribute(ImportProducts.MaxBytes))
            .DisableRequestTimeout()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        staff.MapGet("/export", ExportProducts.Handle).WithName("ExportProducts")
            .WithSummary("All products as CSV or NDJSON, streamed, as the import takes them")
            .Produces<string>(StatusCodes.Status200OK, "text/csv", "application/x-ndjson")
            .DisableRequestTimeout()
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(Page<Suggestion>))]
[JsonSerializable(typeof(ProductDetails))]
[JsonSerializable(typeof(BulkRequest))]
[JsonSerializable(typeof(StockStats))]
[JsonSerializable(typeof(BulkResult))]
[JsonSerializable(typeof(ImportContent))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(ExportedProduct))]
[JsonSerializable(typeof(Page<StockMovementView>))]
internal sealed partial class CatalogJson : JsonSerializerContext;
