using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;
using Shop.ServiceDefaults.Lists;
using Shop.ServiceDefaults.Text;

namespace Shop.Product.Catalog;

/// <summary>What can be bought: for everybody to see, for staff to change.</summary>
public static class CatalogEndpoints
{
    /// <summary>Maps <c>/products</c> and <c>/categories</c>.</summary>
    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        var catalog = app.MapGroup("").WithTags("Catalog").ValidateRequests();
        catalog.MapGet("/categories", ListCategories).WithName("ListCategories").AllowAnonymous()
            .WithSummary("All categories, with how many products each has");

        var products = catalog.MapGroup("/products");
        products.MapGet("/", List).WithName("ListProducts").AllowAnonymous()
            .WithSummary("Products, searched, filtered, in one of five orders, page by page; whoever may change the catalog sees stocks, and archived ones")
            .Produces<ProductPage>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        products.MapGet("/suggest", Suggest).WithName("SuggestProducts").AllowAnonymous()
            .WithSummary("Up to eight categories and products that the beginning of a search may become")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        products.MapGet("/{id:guid}", Get).WithName("GetProduct").AllowAnonymous()
            .WithSummary("One product; its ETag changes with its stock too")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        products.MapImages();

        var staff = products.MapGroup("").RequirePermission(Permissions.CatalogWrite);
        staff.MapPost("/", ProductEditing.Create).WithName("CreateProduct")
            .WithSummary("Put a product on sale")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        staff.MapPut("/{id:guid}", ProductEditing.Update).WithName("UpdateProduct")
            .WithSummary("Change a product that is still as If-Match says; the stock is compared and set only if the body has one")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status428PreconditionRequired);
        staff.MapDelete("/{id:guid}", ProductEditing.Archive).WithName("ArchiveProduct")
            .WithSummary("Take a product off sale; old orders keep it")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        staff.MapPost("/{id:guid}/stock", ChangeStock).WithName("ChangeStock")
            .WithSummary("Add pieces to the stock, or take some away")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<Page<CategoryView>>> ListCategories(ProductDb db, CancellationToken cancel)
    {
        var categories = await db.Categories.AsNoTracking().OrderBy(x => x.Position).ThenBy(x => x.Slug)
            .Select(x => new CategoryView(x.Slug, x.Name, db.Products.Count(p => p.Category == x.Slug && p.ArchivedAt == null)))
            .ToListAsync(cancel);
        return TypedResults.Ok(new Page<CategoryView>(categories, null));
    }

    private static async Task<Results<FileContentHttpResult, ChallengeHttpResult, ForbidHttpResult>> List(
        [AsParameters] ProductFilter filter, Paging paging, HttpContext http, LiveAccess access, CatalogReads catalog, CancellationToken cancel)
    {
        var staff = await access.PermitsAsync(http, Permissions.CatalogWrite);
        if (filter.Archived is not null && !staff)
            return http.User.Identity?.IsAuthenticated is true ? TypedResults.Forbid() : TypedResults.Challenge();
        // Whoever asks for so many by name wants them all.
        if (!string.IsNullOrEmpty(filter.Ids))
            paging = paging.OrElse(ProductFilter.MaxIds);
        return TypedResults.Bytes(await catalog.ListAsync(filter, paging, staff, cancel), "application/json; charset=utf-8");
    }

    private static async Task<Results<Ok<Page<Suggestion>>, ProblemHttpResult>> Suggest(string? q, CatalogReads catalog, CancellationToken cancel)
    {
        if (q?.Length > 200 || (q is not null && !PlainText.IsStorable(q)))
            return Problems.Validation(new Dictionary<string, string[]> { ["q"] = ["Must have at most 200 characters, and no control characters."] });
        IReadOnlyList<Suggestion> found = string.IsNullOrWhiteSpace(q) ? [] : await catalog.SuggestAsync(PlainText.Normalize(q), cancel);
        return TypedResults.Ok(new Page<Suggestion>(found, null));
    }

    private static async Task<Results<Ok<ProductDetails>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        Guid id, CatalogReads catalog, HttpContext http, CancellationToken cancel)
    {
        if (await catalog.GetAsync(id, cancel) is not { } product)
            return Problems.NotFound();
        var tag = ProductTag.Of(product.Version, product.Stock);
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        return ProductTag.Check(http.Request.Headers, tag) switch
        {
            Precondition.Unchanged => TypedResults.StatusCode(StatusCodes.Status304NotModified),
            Precondition.Failed => Problems.Stale(),
            _ => TypedResults.Ok(product),
        };
    }

    private static async Task<Results<Ok<StockView>, ProblemHttpResult>> ChangeStock(
        Guid id, StockChange change, NpgsqlDataSource database, CancellationToken cancel) =>
        await ProductQueries.ChangeStockAsync(database, id, change.Change, cancel) switch
        {
            null => Problems.NotFound(),
            (true, var stock) => TypedResults.Ok(new StockView(stock)),
            (false, var stock) => Problems.Of(
                StatusCodes.Status409Conflict, "stock-out-of-range", "The stock would be below 0 or above 1000000",
                $"There are {stock}; {change.Change} cannot be added.", ("stock", stock)),
        };
}
