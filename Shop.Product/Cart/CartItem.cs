using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Product.Cart;

/// <summary>A row of <c>cart_items</c>. It exists for EF Core's migrations: the table is written and read in plain SQL.</summary>
public sealed class CartItem
{
    /// <summary>Whose cart: the <c>sub</c> of the token.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>The product.</summary>
    public required Guid ProductId { get; init; }

    /// <summary>How many are wanted, 1 to 1000; there may be fewer.</summary>
    public required int Quantity { get; init; }

    /// <summary>When it was put in, UTC.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>When its quantity was last set, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class CartItemConfiguration : IEntityTypeConfiguration<CartItem>
{
    public void Configure(EntityTypeBuilder<CartItem> item)
    {
        // No foreign key to the product, for the reason of order_items.
        item.ToTable("cart_items", table => table.HasCheckConstraint("ck_cart_items_quantity", "quantity > 0"));
        item.HasKey(x => new { x.CustomerId, x.ProductId });
        // How old ones are found.
        item.HasIndex(x => x.UpdatedAt);
    }
}
