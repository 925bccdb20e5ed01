using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Contracts;
using Shop.Messaging.Database;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Product.Catalog;

/// <summary>The pictures of products.</summary>
public static class ProductImages
{
    private const int MaxBytes = 2 << 20;

    private static readonly string PutSql = $"""
        WITH product AS (
            UPDATE products SET image_version = image_version + 1, version = version + 1
            WHERE id = $1 AND archived_at IS NULL RETURNING id, image_version),
        event AS ({OutboxSql.Insert<AuditRecorded>(first: 4, from: "product")})
        INSERT INTO product_images (product_id, version, content_type, bytes) SELECT id, image_version, $2, $3 FROM product
        ON CONFLICT (product_id) DO UPDATE SET version = excluded.version, content_type = excluded.content_type, bytes = excluded.bytes
        """;

    /// <summary>Where the picture is, relative to this service; null for version 0: there is none.</summary>
    internal static string? Url(Guid id, int version) => version == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"/products/{id}/image?v={version}");

    /// <summary>Maps reading and writing a product's picture into the group of products.</summary>
    internal static void MapImages(this RouteGroupBuilder products)
    {
        products.MapGet("/{id:guid}/image", Get).WithName("GetProductImage").AllowAnonymous()
            .CacheOutput(new CatalogCache(query => CatalogCache.Query(("v", query["v"]))))
            .WithSummary("The picture of a product")
            .WithDescription("With the 'v' of imageUrl it may be kept for ever; without, it is asked for again each time.")
            .Produces(StatusCodes.Status200OK, contentType: "image/svg+xml", additionalContentTypes: ["image/png", "image/jpeg", "image/webp"])
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
        products.MapPut("/{id:guid}/image", Put).WithName("PutProductImage").RequirePermission(Permissions.CatalogWrite)
            .WithSummary("Give a product a picture: PNG, JPEG, WebP or a plain SVG, at most 2 MB")
            .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MaxBytes))
            .Accepts<IFormFile>("image/png", "image/jpeg", "image/webp", "image/svg+xml")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Get(
        Guid id, int? v, NpgsqlDataSource database, HttpContext http, CancellationToken cancellationToken)
    {
        var response = http.Response;
        await using var command = new NpgsqlCommand("""
            SELECT i.content_type, i.bytes, i.version FROM product_images i JOIN products p ON p.id = i.product_id
            WHERE i.product_id = $1 AND p.archived_at IS NULL
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await database.ReadPreparedAsync(command, cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return Problems.NotFound();

        var version = reader.GetInt32(2);
        response.Headers.CacheControl = v == version ? "public, max-age=31536000, immutable" : "no-cache";
        // Even what slipped through as an SVG runs nothing and loads nothing when it is opened as a page.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        response.Headers.ETag = tag;
        return ProductTag.Check(http.Request.Headers, tag) switch
        {
            Precondition.Unchanged => TypedResults.StatusCode(StatusCodes.Status304NotModified),
            Precondition.Failed => Problems.Stale(),
            _ => TypedResults.Bytes(reader.GetFieldValue<byte[]>(1), reader.GetString(0)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Put(
        Guid id, HttpContext http, Transactions transactions, AuditOutbox audit, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellationToken);
        var bytes = body.ToArray();
        if (ImageFormat.Recognize(bytes) is not { } contentType)
            return Problems.Of(StatusCodes.Status400BadRequest, "bad-image", "The body is not a picture that the shop can show",
                "Send a PNG, JPEG or WebP, or an SVG without scripts, handlers, styles and references to elsewhere.");

        var record = new AuditEvent("product.image", AuditEvent.Ok, id.ToString(), contentType);
        var work = transactions.Begin();
        var stored = work.Execute(PutSql, id, contentType, bytes, Event.Of(AuditOutbox.Of(http, record)));
        await work.CommitAsync(cancellationToken);
        if (stored.RowsAffected == 0)
            return Problems.NotFound();
        audit.Recorded(http, record);
        return TypedResults.NoContent();
    }
}
