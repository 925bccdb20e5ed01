using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Product.Orders;

/// <summary>SQL over the tables that more than one use case needs.</summary>
internal static class OrderTables
{
    /// <summary>
    /// Puts the stock of the order in <c>changed</c> back, if that says <c>restock</c>: two common table expressions. The rows are locked in the order of the
    /// products, as by placing, and last: a statement that nothing refers to runs after the main one.
    /// </summary>
    public const string RestockSql = """
        back AS (
            SELECT s.product_id, i.quantity
            FROM changed JOIN order_items i ON i.order_id = changed.id JOIN product_stock s ON s.product_id = i.product_id
            WHERE changed.restock ORDER BY s.product_id FOR NO KEY UPDATE OF s),
        stock AS (UPDATE product_stock s SET available = s.available + back.quantity FROM back WHERE s.product_id = back.product_id)
        """;
}

/// <summary>A row of <c>orders</c>. Like the other classes here it exists for EF Core's migrations: the tables are written and read in plain SQL.</summary>
public sealed class Order
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people, from 1000 up; an attempt that was refused leaves a gap.</summary>
    public long Number { get; init; }

    /// <summary>Who placed it: the <c>sub</c> of the token.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>Where it stands, by <see cref="OrderStatuses.Name"/>.</summary>
    public required string Status { get; init; }

    /// <summary>How many entries its history has: the sequence of the last one.</summary>
    public required int Sequence { get; init; }

    /// <summary>What is to be charged.</summary>
    public required decimal Total { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>How the payment stands, by the names in <see cref="OrderPayment"/>.</summary>
    public required string PaymentStatus { get; init; }

    /// <summary>Why the payment stands as it does, as a code; null when the status says it all.</summary>
    public string? PaymentReason { get; init; }

    /// <summary>The page of the bank where the customer has to answer; counts while the payment says so. Null: none did ask.</summary>
    public string? PaymentAction { get; init; }

    /// <summary>When its customer asked for a refund, UTC; null: never, or the refund was refused.</summary>
    public DateTimeOffset? CancelAskedAt { get; init; }

    /// <summary>The <c>Idempotency-Key</c> of the request that placed it.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>SHA-256 over the content of that request.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset PlacedAt { get; init; }

    /// <summary>What has been given back so far.</summary>
    public decimal Refunded { get; init; }

    /// <summary>When it was handed to the carrier, UTC; null: it was not.</summary>
    public DateTimeOffset? ShippedAt { get; init; }

    /// <summary>Who carries it; null: not said.</summary>
    public string? Carrier { get; init; }

    /// <summary>The carrier's number for it; null: not said.</summary>
    public string? Tracking { get; init; }

    /// <summary>An <see cref="OrderDeliveryView"/> as JSON; null: not delivered.</summary>
    public string? Delivery { get; init; }

    /// <summary>In the order of the request.</summary>
    public required IReadOnlyList<OrderItem> Items { get; init; }

    /// <summary>Each state it has been in.</summary>
    public required IReadOnlyList<OrderEvent> History { get; init; }
}

/// <summary>A line of an order; name and price as they were when it was placed.</summary>
public sealed class OrderItem
{
    /// <summary>The order.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>From 1.</summary>
    public required int Line { get; init; }

    /// <summary>The product; still there when archived.</summary>
    public required Guid ProductId { get; init; }

    /// <summary>The product's name then.</summary>
    public required string Name { get; init; }

    /// <summary>How many.</summary>
    public required int Quantity { get; init; }

    /// <summary>The price for one then, in the order's currency.</summary>
    public required decimal UnitPrice { get; init; }
}

/// <summary>An order reached a state.</summary>
public sealed class OrderEvent
{
    /// <summary>The order.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>From 1, without gaps.</summary>
    public required int Sequence { get; init; }

    /// <summary>The state, by <see cref="OrderStatuses.Name"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When, UTC, by the clock of the database.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, as a code; null when the status says it all.</summary>
    public string? Reason { get; init; }

    /// <summary>What was given back then; null: nothing.</summary>
    public decimal? Amount { get; init; }

    /// <summary>The transaction that wrote it, which tells <see cref="Stats.KeepOrderStats"/> what is new.</summary>
    public ulong Transaction { get; init; }
}

/// <summary>What staff has written about an order.</summary>
public sealed class OrderNote
{
    /// <summary>UUIDv7.</summary>
    public required Guid Id { get; init; }

    /// <summary>The order.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>Who wrote it.</summary>
    public required Guid Author { get; init; }

    /// <summary>Their name then.</summary>
    public required string AuthorName { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Plain text.</summary>
    public required string Text { get; init; }
}

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
        order.Property(x => x.PaymentAction).HasMaxLength(2000);
        order.Property(x => x.IdempotencyKey).HasMaxLength(255);
        order.Property(x => x.Delivery).HasColumnType("jsonb");
        order.Property(x => x.Refunded).HasColumnType("numeric(12,2)").HasDefaultValue(0m);
        order.Property(x => x.Carrier).HasMaxLength(ShipRequest.LongestCarrier);
        order.Property(x => x.Tracking).HasMaxLength(ShipRequest.LongestTracking);

        order.HasIndex(x => new { x.CustomerId, x.IdempotencyKey }).IsUnique().HasDatabaseName(OneOrderForAKey);
        // How orders are read: all, a customer's, those in a state; each newest first.
        order.HasIndex(x => x.Number).IsUnique();
        order.HasIndex(x => new { x.CustomerId, x.Number });
        order.HasIndex(x => new { x.Status, x.Number });
        // What staff looks for: a time, an amount, what is to be shipped.
        order.HasIndex(x => x.PlacedAt);
        order.HasIndex(x => x.Total);
        order.HasIndex(x => x.Number, "ix_orders_to_ship").HasDatabaseName("ix_orders_to_ship").HasFilter("status = 'paid' AND shipped_at IS NULL");

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
        entry.Property(x => x.Amount).HasColumnType("numeric(12,2)");
        entry.Property(x => x.Transaction).HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()");
        entry.HasIndex(x => x.Transaction);
    }
}

internal sealed class OrderNoteConfiguration : IEntityTypeConfiguration<OrderNote>
{
    public void Configure(EntityTypeBuilder<OrderNote> note)
    {
        note.ToTable("order_notes");
        note.Property(x => x.Id).ValueGeneratedNever();
        note.Property(x => x.AuthorName).HasMaxLength(100);
        note.Property(x => x.Text).HasMaxLength(NoteRequest.Longest);
        note.HasIndex(x => new { x.OrderId, x.Id });
        note.HasOne<Order>().WithMany().HasForeignKey(x => x.OrderId);
    }
}
