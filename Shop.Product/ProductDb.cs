using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.Product.Catalog;
using Shop.Product.Orders;

namespace Shop.Product;

/// <summary>
/// The schema of <c>productdb</c>, and the way in for what staff does. What customers do all day (list, show, order) is plain SQL,
/// one round trip each, beside the endpoints that need it.
/// </summary>
public sealed class ProductDb(DbContextOptions<ProductDb> options) : DbContext(options)
{
    /// <summary>The shelves.</summary>
    public DbSet<Category> Categories => Set<Category>();

    /// <summary>What is and was for sale.</summary>
    public DbSet<CatalogProduct> Products => Set<CatalogProduct>();

    /// <summary>What was ordered.</summary>
    public DbSet<Order> Orders => Set<Order>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ProductDb).Assembly);
        modelBuilder.AddMessaging();
    }
}
