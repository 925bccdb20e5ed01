namespace Shop.Product.Orders;

/// <summary>
/// What a customer bought. The tables behind these classes are written by <see cref="OrderPlacement"/> and by
/// <see cref="Transitions"/> and read by <see cref="OrderReader"/>, all in plain SQL; EF makes them.
/// </summary>
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

    /// <summary>How the payment stands, by the names in <see cref="PaymentStatus"/>.</summary>
    public required string PaymentStatus { get; init; }

    /// <summary>Why the payment stands as it does, as a code; null when it goes without saying.</summary>
    public string? PaymentReason { get; init; }

    /// <summary>When its customer asked for the money back, UTC; null: never, or that was refused.</summary>
    public DateTimeOffset? CancelAskedAt { get; init; }

    /// <summary>The customer's own name for the request that placed it.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>SHA-256 over what that request asked for.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset PlacedAt { get; init; }

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

    /// <summary>Why, as a code; null when it goes without saying.</summary>
    public string? Reason { get; init; }
}

/// <summary>How the payment of an order stands.</summary>
public static class PaymentStatus
{
    /// <summary>Nothing heard yet.</summary>
    public const string Pending = "pending";

    /// <summary>Charged.</summary>
    public const string Paid = "paid";

    /// <summary>Refused; nothing was charged.</summary>
    public const string Declined = "declined";

    /// <summary>The order was called off first; nothing is charged, or what is goes back.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Charged, and the money asked back.</summary>
    public const string Refunding = "refunding";

    /// <summary>The money is back.</summary>
    public const string Refunded = "refunded";
}
