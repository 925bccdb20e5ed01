using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Messaging.Audit;
using Shop.Messaging.Outbox;
using Shop.ServiceDefaults.Audit;

namespace Shop.Product.Catalog.Bulk;

/// <summary>Stores lines of an import in one transaction.</summary>
internal sealed class ImportBatch(ProductDb db, IOptions<ShopOptions> shop, AuditOutbox audit)
{
    private const int Attempts = 3;
    private const string Reason = "import";

    /// <summary>Stores those that are good.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="key">By which they are recognised when they come again; null: they are not.</param>
    /// <param name="http">The request.</param>
    /// <param name="dryRun">Whether nothing is stored.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>What is wrong with the others.</returns>
    public async Task<List<ImportFailure>> StoreAsync(ImportLine[] lines, string? key, HttpContext http, bool dryRun, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await db.Database.CreateExecutionStrategy().ExecuteAsync(() => TryStoreAsync(lines, key, http, dryRun, cancellationToken));
            }
            // Somebody took an address, or the same import came twice, in the same moment: what is there now is seen at the next try.
            catch (Exception exception) when (attempt < Attempts && (exception.InnerException ?? exception) is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
            {
            }
        }
    }

    private async Task<List<ImportFailure>> TryStoreAsync(ImportLine[] lines, string? key, HttpContext http, bool dryRun, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var known = await KnownAsync(lines, key, cancellationToken);
        var failed = new List<ImportFailure>();
        foreach (var line in lines)
            if ((line.Error ?? Apply(line, key, known, http)) is { } error)
                failed.Add(new(line.Line, error));
        if (dryRun)
            return failed;

        var record = failed.Count == lines.Length ? null
            : new AuditEvent("product.import", AuditEvent.Ok, Detail: $"lines {lines[0].Line} to {lines[^1].Line}: {lines.Length - failed.Count} products");
        if (record is not null)
            db.Publish(AuditOutbox.Of(http, record));
        await db.SaveChangesAsync(cancellationToken);
        await InsertAsync(known.Added, http, cancellationToken);
        if (key is not null)
            await ImportProgress.ReachAsync(db, key, lines[^1].Line, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (record is not null)
            audit.Recorded(http, record);
        return failed;
    }

    /// <summary>What the database has of what the lines name; products that they change are locked, in the order of their ids.</summary>
    private async Task<Known> KnownAsync(ImportLine[] lines, string? key, CancellationToken cancellationToken)
    {
        var contents = lines.Select(line => line.Content).OfType<ImportContent>().ToList();
        var ids = contents.Select(content => content.Id).OfType<Guid>().Distinct().ToArray();
        var slugs = contents.Select(content => Slug.From(content.Name ?? "")).Distinct().ToArray();
        string[] keys = key is null ? [] : [.. lines.Select(line => KeyOf(key, line))];
        // Joined, since a list that may hold null would be looked up in the whole catalog.
        return new(
            [.. await db.Categories.Select(x => x.Slug).ToListAsync(cancellationToken)],
            ids.Length == 0 ? [] : await db.Products.FromSql($"SELECT * FROM products WHERE id = ANY({ids}) ORDER BY id FOR NO KEY UPDATE")
                .Include(x => x.Stock).ToDictionaryAsync(x => x.Id, cancellationToken),
            [.. await db.Database.SqlQuery<string>($"SELECT p.slug AS \"Value\" FROM unnest({slugs}) AS s (slug) JOIN products p ON p.slug = s.slug").ToListAsync(cancellationToken)],
            [.. await db.Database.SqlQuery<string>($"SELECT p.import_key AS \"Value\" FROM unnest({keys}) AS k (key) JOIN products p ON p.import_key = k.key").ToListAsync(cancellationToken)]);
    }

    /// <summary>Adds or changes the line's product; or says what is wrong with it.</summary>
    private string? Apply(ImportLine line, string? key, Known known, HttpContext http)
    {
        var content = line.Content!;
        var existing = content.Id is { } id ? known.Products.GetValueOrDefault(id) : null;
        var importKey = key is null || content.Id is not null ? null : KeyOf(key, line);
        if (importKey is not null && known.Keys.Contains(importKey))
            return null;
        if (existing?.ArchivedAt is not null)
            return "id: The product is archived.";
        if (content.Name is null || content.Category is null || content.Price is null)
            return $"{(content.Name is null ? "name" : content.Category is null ? "category" : "price")}: Is missing.";

        var request = new ProductRequest(
            content.Name, content.Category, content.Price.Value.In(shop.Value.Currency), content.Description ?? existing?.Description, content.Stock);
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(request, new(request), wrong, validateAllProperties: true))
            return $"{wrong[0].MemberNames.FirstOrDefault()?.ToLowerInvariant()}: {wrong[0].ErrorMessage}";
        if (request.Price.Currency != shop.Value.Currency)
            return $"currency: Must be {shop.Value.Currency}.";
        if (!known.Categories.Contains(request.Category))
            return "category: Must be the slug of a category.";
        if (existing is not null)
            Change(existing, request, http);
        else
            Add(request, content.Id, importKey, known);
        return null;
    }

    private static void Add(ProductRequest request, Guid? wantedId, string? importKey, Known known)
    {
        var id = wantedId ?? Guid.CreateVersion7();
        var slug = Slug.From(request.Name);
        var product = new CatalogProduct
        {
            Id = id,
            Slug = known.Slugs.Add(slug) ? slug : Slug.From(request.Name, id),
            Name = request.Name,
            Description = request.Description ?? "",
            Category = request.Category,
            Price = request.Price.Amount,
            Currency = request.Price.Currency,
            ImportKey = importKey,
            Stock = new ProductStock { ProductId = id, Available = request.Stock ?? 0 },
        };
        known.Added.Add(product);
        if (wantedId is not null)
            known.Products.Add(id, product);
    }

    /// <summary>In three statements and not one for each product, which would take five times as long.</summary>
    private async Task InsertAsync(List<CatalogProduct> products, HttpContext http, CancellationToken cancellationToken)
    {
        if (products.Count == 0)
            return;
        var (ids, stocks) = (Column(x => x.Id), Column(x => x.Stock.Available));
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO products (id, slug, name, description, category, price, currency, import_key, version, image_version, created_at)
            SELECT *, 1, 0, now() FROM unnest({ids}, {Column(x => x.Slug)}, {Column(x => x.Name)}, {Column(x => x.Description)}, {Column(x => x.Category)},
                {Column(x => x.Price)}, {Column(x => x.Currency)}, {Column(x => x.ImportKey)})
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO product_stock (product_id, available) SELECT * FROM unnest({ids}, {stocks})", cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO stock_movements (product_id, change, stock, reason, author, author_name)
            SELECT id, stock, stock, {Reason}, {StockMovement.AuthorOf(http)}::uuid, {StockMovement.AuthorNameOf(http)} FROM unnest({ids}, {stocks}) AS new (id, stock) WHERE stock > 0
            """, cancellationToken);

        T[] Column<T>(Func<CatalogProduct, T> value) => [.. products.Select(value)];
    }

    private void Change(CatalogProduct product, ProductRequest request, HttpContext http)
    {
        var before = product.Stock.Available;
        var isSame = (product.Name, product.Description, product.Category, product.Price) == (request.Name, request.Description ?? "", request.Category, request.Price.Amount);
        if (!isSame)
        {
            (product.Name, product.Description, product.Category) = (request.Name, request.Description ?? "", request.Category);
            product.Price = request.Price.Amount;
            product.Version++;
        }
        product.Stock.Available = request.Stock ?? before;
        if (StockMovement.Of(http, product, before, Reason) is { } movement)
            db.Add(movement);
    }

    /// <summary>What a line is recognised by: another file that comes with the same key has other lines.</summary>
    private static string KeyOf(string key, ImportLine line) =>
        Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { key, line.Line, line.Content })));

    private sealed record Known(HashSet<string> Categories, Dictionary<Guid, CatalogProduct> Products, HashSet<string> Slugs, HashSet<string> Keys)
    {
        /// <summary>The products that are to be inserted.</summary>
        public List<CatalogProduct> Added { get; } = [];
    }
}
