using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.Product.Addresses;
using Shop.Product.Cart;
using Shop.Product.Catalog;
using Shop.Product.Orders;

namespace Shop.Product;

/// <summary>
/// The schema of <c>productdb</c>, and LINQ for what staff does. What customers do (list, show, order) is plain SQL in one round trip each, beside the endpoints
/// that need it.
/// </summary>
public sealed class ProductDb(DbContextOptions<ProductDb> options) : DbContext(options)
{
    /// <summary>The categories.</summary>
    public DbSet<Category> Categories => Set<Category>();

    /// <summary>Products, archived ones included.</summary>
    public DbSet<CatalogProduct> Products => Set<CatalogProduct>();

    /// <summary>What staff has changed of stocks.</summary>
    public DbSet<StockMovement> StockMovements => Set<StockMovement>();

    /// <summary>The orders, for migrations.</summary>
    public DbSet<Order> Orders => Set<Order>();

    /// <summary>What is in carts, for migrations.</summary>
    public DbSet<CartItem> CartItems => Set<CartItem>();

    /// <summary>Saved addresses, for migrations.</summary>
    public DbSet<Address> Addresses => Set<Address>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ProductDb).Assembly);
        modelBuilder.AddMessaging();
    }
}
