using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;

namespace Shop.Product.Catalog;

/// <summary>Something that is for sale, or was. Never deleted: old orders name it.</summary>
public sealed class CatalogProduct
{
    /// <summary>UUIDv7: its order is the order of arrival, which is how <c>sort=newest</c> reads it.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its name in addresses; made once from the name and kept when that changes.</summary>
    public required string Slug { get; set; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; set; }

    /// <summary>Plain text; empty when there is none.</summary>
    public required string Description { get; set; }

    /// <summary>The slug of its category.</summary>
    public required string Category { get; set; }

    /// <summary>For one, in units of <see cref="Currency"/>.</summary>
    public required decimal Price { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>Counts the changes of everything but the stock, from 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Counts its pictures; 0: it has none.</summary>
    public int ImageVersion { get; set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Since when it is no longer for sale, UTC; null: it is.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }

    /// <summary>The key of the import that has brought it, as a hash, and its line, by which it is found when that is sent again; null: it was not imported, or had an id.</summary>
    public string? ImportKey { get; init; }

    /// <summary>How many there are.</summary>
    public required ProductStock Stock { get; init; }

    /// <summary>What <c>?q=</c> searches; the database makes it from name and description.</summary>
    public NpgsqlTsVector Search { get; private set; } = null!;
}

/// <summary>
/// How many of a product there are. A row of its own, narrow and without an index beside its key, because each order rewrites it:
/// the wide row of the product, its text and its indexes stay untouched.
/// </summary>
public sealed class ProductStock
{
    /// <summary>The product.</summary>
    public required Guid ProductId { get; init; }

    /// <summary>Never below zero: the database refuses.</summary>
    public required int Available { get; set; }
}

/// <summary>The picture of a product.</summary>
public sealed class ProductImage
{
    /// <summary>The product.</summary>
    public required Guid ProductId { get; init; }

    /// <summary>The product's <see cref="CatalogProduct.ImageVersion"/> when it was stored.</summary>
    public required int Version { get; set; }

    /// <summary>Media type, found out from the bytes.</summary>
    public required string ContentType { get; set; }

    /// <summary>The file.</summary>
    public required byte[] Bytes { get; set; }
}

internal sealed class CatalogProductConfiguration : IEntityTypeConfiguration<CatalogProduct>
{
    public const string OneProductForASlug = "ux_products_slug";

    /// <summary>The order in which people look for names: by letter, then accent, then case. PostgreSQL has it from ICU; built without, it goes by code point.</summary>
    public const string CollationOfNames = "shop_names";
    private const string ForSale = "archived_at IS NULL";

    public void Configure(EntityTypeBuilder<CatalogProduct> product)
    {
        product.ToTable("products", table => table.HasCheckConstraint("ck_products_price", "price > 0"));
        product.Property(x => x.Id).ValueGeneratedNever();
        product.Property(x => x.Slug).HasMaxLength(120);
        product.Property(x => x.ImportKey).HasMaxLength(300);
        product.HasIndex(x => x.ImportKey).IsUnique().HasFilter("import_key IS NOT NULL");
        product.HasIndex(x => x.Slug).IsUnique().HasDatabaseName(OneProductForASlug);
        product.Property(x => x.Name).HasMaxLength(200).UseCollation(CollationOfNames);
        product.Property(x => x.Description).HasMaxLength(4000);
        product.Property(x => x.Price).HasColumnType("numeric(12,2)");
        product.Property(x => x.Currency).HasColumnType("char(3)");
        product.Property(x => x.Version).IsConcurrencyToken();
        // What the function makes of them, and how a search is made of words, is in the migration Search.
        product.Property(x => x.Search).HasComputedColumnSql("public.search_document(name, description)", stored: true);
        product.HasIndex(x => x.Search).HasMethod("gin");
        product.HasOne<Category>().WithMany().HasForeignKey(x => x.Category).OnDelete(DeleteBehavior.Restrict);
        product.HasOne(x => x.Stock).WithOne().HasForeignKey<ProductStock>(x => x.ProductId);
        product.HasOne<ProductImage>().WithOne().HasForeignKey<ProductImage>(x => x.ProductId);

        // One index for each way a list is read: by name, by price (from both ends) and by id, of all products (the key) and of one category.
        product.HasIndex(x => new { x.Name, x.Id }).HasFilter(ForSale);
        product.HasIndex(x => new { x.Price, x.Id }).HasFilter(ForSale);
        product.HasIndex(x => new { x.Category, x.Name, x.Id }).HasFilter(ForSale);
        product.HasIndex(x => new { x.Category, x.Price, x.Id }).HasFilter(ForSale);
        product.HasIndex(x => new { x.Category, x.Id }).HasFilter(ForSale);
        product.HasIndex(x => x.Id, "ix_products_archived").HasDatabaseName("ix_products_archived").HasFilter("archived_at IS NOT NULL");
    }
}

internal sealed class ProductStockConfiguration : IEntityTypeConfiguration<ProductStock>
{
    public const string NeverBelowZero = "ck_product_stock_available";

    public void Configure(EntityTypeBuilder<ProductStock> stock)
    {
        stock.ToTable("product_stock", table => table.HasCheckConstraint(NeverBelowZero, "available >= 0"));
        stock.HasKey(x => x.ProductId);
        stock.Property(x => x.ProductId).ValueGeneratedNever();
        stock.Property(x => x.Available).IsConcurrencyToken();
    }
}

internal sealed class ProductImageConfiguration : IEntityTypeConfiguration<ProductImage>
{
    public void Configure(EntityTypeBuilder<ProductImage> image)
    {
        image.ToTable("product_images");
        image.HasKey(x => x.ProductId);
        image.Property(x => x.ProductId).ValueGeneratedNever();
        image.Property(x => x.ContentType).HasMaxLength(50);
    }
}
