using Shop.Admin.Services;

namespace Shop.Admin.Orders;

/// <summary>An order, as Product tells staff.</summary>
public sealed record Order(
    Guid Id, long Number, Guid CustomerId, string Status, Money Total, IReadOnlyList<OrderLine> Items, DateTimeOffset PlacedAt, OrderPayment Payment,
    IReadOnlyList<OrderEvent> History, OrderDelivery? Delivery, DateTimeOffset? ExpiresAt, Fulfilment Fulfilment, Money? Refunded, IReadOnlyList<OrderNote>? Notes)
{
    /// <summary>How it stands, in a word.</summary>
    public string Stand => (Status, Payment.Status, Fulfilment.Status) switch
    {
        ("pending", "action-required", _) => "Bank asks",
        ("pending", _, _) => "Pending",
        ("paid", "refunding", _) => "Refund asked for",
        ("paid", _, "shipped") => "Shipped",
        ("paid", _, _) => "Paid",
        ("declined", _, _) => "Declined",
        ("cancelled", _, _) => "Cancelled",
        ("expired", _, _) => "Expired",
        ("refunded", _, _) => "Refunded",
        _ => Status,
    };

    /// <summary>The class of its badge.</summary>
    public string Tone => Status switch { "paid" => "good", "pending" => "warn", "declined" or "expired" => "bad", _ => "" };

    /// <summary>Whether it can be cancelled.</summary>
    public bool CanBeCancelled => Status is "pending" || CanBeShipped;

    /// <summary>Whether it waits to be shipped.</summary>
    public bool CanBeShipped => Status is "paid" && Payment.Status is "paid" && Fulfilment.Status is "unshipped";
}

/// <summary>A line of an order.</summary>
public sealed record OrderLine(Guid ProductId, string Name, int Quantity, Money UnitPrice);

/// <summary>How its payment stands.</summary>
public sealed record OrderPayment(string Status, string? Reason);

/// <summary>Something that happened to it.</summary>
public sealed record OrderEvent(string Status, DateTimeOffset At, string? Reason, Money? Amount);

/// <summary>How and where to it goes.</summary>
public sealed record OrderDelivery(string Method, string Name, Money Price, Address? Address);

/// <summary>Where somebody lives.</summary>
public sealed record Address(string Name, string Line1, string? Line2, string PostalCode, string City, string Country, string? Phone)
{
    /// <summary>As on a parcel.</summary>
    public IEnumerable<string> Lines => new[] { Name, Line1, Line2, $"{PostalCode} {City}", Country, Phone }.OfType<string>();
}

/// <summary>Whether it is on its way.</summary>
public sealed record Fulfilment(string Status, string? Carrier, string? Tracking, DateTimeOffset? ShippedAt);

/// <summary>What staff has written about it.</summary>
public sealed record OrderNote(Guid Id, Guid Author, string AuthorName, DateTimeOffset At, string Text);
