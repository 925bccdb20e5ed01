using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Product.Orders;

internal sealed class OrderConfiguration : IEntityTypeConfiguration<Order>
{
    private const string OneOrderForAKey = "ux_orders_customer_id_idempotency_key";

    public void Configure(EntityTypeBuilder<Order> order)
    {
        order.ToTable("orders", table => table.HasCheckConstraint("ck_orders_status", $"status IN ({OrderStatuses.SqlNames})"));
        order.Property(x => x.Id).ValueGeneratedNever();
        order.Property(x => x.Number).UseIdentityAlwaysColumn().HasIdentityOptions(startValue: 1000);
        order.Property(x => x.Status).HasMaxLength(20);
        order.Property(x => x.Total).HasColumnType("numeric(12,2)");
        order.Property(x => x.Currency).HasColumnType("char(3)");
        order.Property(x => x.PaymentStatus).HasMaxLength(20);
        order.Property(x => x.PaymentReason).HasMaxLength(100);
        order.Property(x => x.IdempotencyKey).HasMaxLength(255);

        order.HasIndex(x => new { x.CustomerId, x.IdempotencyKey }).IsUnique().HasDatabaseName(OneOrderForAKey);
        // How orders are read: all, a customer's, those in a state; each newest first.
        order.HasIndex(x => x.Number).IsUnique();
        order.HasIndex(x => new { x.CustomerId, x.Number });
        order.HasIndex(x => new { x.Status, x.Number });

        order.HasMany(x => x.Items).WithOne().HasForeignKey(x => x.OrderId);
        order.HasMany(x => x.History).WithOne().HasForeignKey(x => x.OrderId);
    }
}

internal sealed class OrderItemConfiguration : IEntityTypeConfiguration<OrderItem>
{
    public void Configure(EntityTypeBuilder<OrderItem> item)
    {
        // No foreign key to the product: it would lock the product's row for each order of it, and products are never deleted.
        item.ToTable("order_items", table => table.HasCheckConstraint("ck_order_items_quantity", "quantity > 0"));
        item.HasKey(x => new { x.OrderId, x.Line });
        item.Property(x => x.Name).HasMaxLength(200);
        item.Property(x => x.UnitPrice).HasColumnType("numeric(12,2)");
    }
}

internal sealed class OrderEventConfiguration : IEntityTypeConfiguration<OrderEvent>
{
    public void Configure(EntityTypeBuilder<OrderEvent> entry)
    {
        entry.ToTable("order_history");
        entry.HasKey(x => new { x.OrderId, x.Sequence });
        entry.Property(x => x.Status).HasMaxLength(20);
        entry.Property(x => x.Reason).HasMaxLength(100);
    }
}
