using Shop.Web.Addresses;
using Shop.Web.Catalog;

namespace Shop.Web.Orders;

/// <summary>An order, as Product tells it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">Its number for people.</param>
/// <param name="Status">pending, paid, declined, cancelled, expired or refunded.</param>
/// <param name="Total">With delivery.</param>
/// <param name="Items">What was ordered, with the prices of then.</param>
/// <param name="PlacedAt">When, UTC.</param>
/// <param name="Payment">How its payment stands.</param>
/// <param name="History">Each state that it has been in.</param>
/// <param name="Delivery">How and where to; null: not delivered.</param>
/// <param name="ExpiresAt">Until when it waits for its payment, UTC; null: it does not.</param>
/// <param name="Fulfilment">Whether it is on its way; null: it is not.</param>
/// <param name="Refunded">What was given back; null: nothing.</param>
public sealed record OrderView(
    Guid Id, long Number, string Status, Price Total, IReadOnlyList<OrderItem> Items, DateTimeOffset PlacedAt, OrderPayment Payment,
    IReadOnlyList<OrderEvent> History, OrderDelivery? Delivery, DateTimeOffset? ExpiresAt, OrderFulfilment? Fulfilment = null, Price? Refunded = null)
{
    /// <summary>Whether something may still happen by itself, so that the page follows it.</summary>
    public bool IsMoving => Status is "pending" || Payment.Status is "refunding";

    /// <summary>Whether it can be called off: at once, or by asking for the money back.</summary>
    public bool CanBeCancelled => Status is "pending" || (Status is "paid" && Payment.Status is "paid" && !IsShipped);

    /// <summary>Whether it is on its way.</summary>
    public bool IsShipped => Fulfilment is { Status: "shipped" };

    /// <summary>Whether it came to nothing, and the same things may be ordered again.</summary>
    public bool HasFailed => Status is "declined" or "cancelled" or "expired";

    /// <summary>How it stands, for people.</summary>
    public string Stand => (Status, Payment.Status) switch
    {
        ("pending", "action-required") => "Waiting for you",
        ("pending", _) => "Confirming",
        ("paid", "refunding") => "Refund asked for",
        ("paid", _) => IsShipped ? "Shipped" : "Paid",
        ("declined", _) => "Declined",
        ("cancelled", _) => "Cancelled",
        ("expired", _) => "Expired",
        ("refunded", _) => "Refunded",
        _ => Status,
    };

    /// <summary>The class of its badge.</summary>
    public string Tone => Status switch { "paid" => "good", "pending" => "warn", "declined" or "expired" => "bad", _ => "" };
}

/// <summary>Whether an order is on its way.</summary>
/// <param name="Status">unshipped or shipped.</param>
/// <param name="Carrier">Who carries it; null: not said.</param>
/// <param name="Tracking">The carrier's number for it; null: not said.</param>
public sealed record OrderFulfilment(string Status, string? Carrier, string? Tracking);

/// <summary>A line of an order.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name then.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">For one, then.</param>
public sealed record OrderItem(Guid ProductId, string Name, int Quantity, Price UnitPrice);

/// <summary>How the payment of an order stands.</summary>
/// <param name="Status">pending, action-required, paid, declined, cancelled, refunding or refunded.</param>
/// <param name="Reason">Why, as a code; null: the status says it all.</param>
/// <param name="Action">What the customer has to do; null: nothing.</param>
public sealed record OrderPayment(string Status, string? Reason, PaymentAction? Action);

/// <summary>What a customer has to do to pay.</summary>
/// <param name="Url">The page of their bank.</param>
public sealed record PaymentAction(Uri Url);

/// <summary>An order reached a state.</summary>
/// <param name="Status">The state.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why, as a code; null: the status says it all.</param>
/// <param name="Amount">What was given back then; null: nothing.</param>
public sealed record OrderEvent(string Status, DateTimeOffset At, string? Reason, Price? Amount = null);

/// <summary>How an order is delivered.</summary>
/// <param name="Method">The id of the way of delivery.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">What it costs.</param>
/// <param name="Address">Where to; null when it was forgotten.</param>
public sealed record OrderDelivery(string Method, string Name, Price Price, PostalAddress? Address);
