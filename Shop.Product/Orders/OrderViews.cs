using System.Text.Json.Serialization;
using Shop.Product.Addresses;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Lists;

namespace Shop.Product.Orders;

/// <summary>An order.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">Its number for people.</param>
/// <param name="CustomerId">Who placed it.</param>
/// <param name="Status">Where it stands: pending, paid, declined, cancelled, expired or refunded.</param>
/// <param name="Total">What is to be, or was, charged.</param>
/// <param name="Items">What was ordered, with names and prices as they were then.</param>
/// <param name="PlacedAt">When, UTC.</param>
/// <param name="Payment">How its payment stands.</param>
/// <param name="History">Each state that it has been in, the first one first.</param>
/// <param name="Delivery">How and where to it is delivered; left out: not at all.</param>
/// <param name="ExpiresAt">While it is pending, when it stops waiting for its payment, UTC; else left out.</param>
/// <param name="Fulfilment">Whether it is on its way.</param>
/// <param name="Refunded">What has been given back so far; left out: nothing.</param>
/// <param name="Notes">What staff has written about it, the oldest first; for those who may see everybody's orders, else left out.</param>
public sealed record OrderView(
    Guid Id, long Number, Guid CustomerId, string Status, Money Total, IReadOnlyList<OrderItemView> Items,
    DateTimeOffset PlacedAt, OrderPaymentView Payment, IReadOnlyList<OrderEventView> History,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OrderDeliveryView? Delivery = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ExpiresAt = null,
    FulfilmentView? Fulfilment = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Refunded = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<OrderNoteView>? Notes = null)
{
    /// <summary>Whether it is on its way.</summary>
    public FulfilmentView Fulfilment { get; init; } = Fulfilment ?? FulfilmentView.Unshipped;

    /// <summary>The order as a caller may see it: whoever has the address of the bank's page can answer there, so that only its customer is told.</summary>
    internal OrderView For(Guid caller) => caller == CustomerId || Payment.Action is null ? this : this with { Payment = Payment with { Action = null } };

    /// <summary>The order as it is read now, with the moment at which it expires.</summary>
    internal OrderView Expiring(OrderOptions options) => Status == OrderStatus.Pending.Name() ? this with { ExpiresAt = PlacedAt + options.ExpireAfter } : this;

    /// <summary>The order as it was when it was placed: what its <c>POST</c> answers, the first time and each time again.</summary>
    internal OrderView AsPlaced() => Placed(Id, Number, CustomerId, Total, Items, PlacedAt, Delivery);

    internal static OrderView Placed(
        Guid id, long number, Guid customerId, Money total, IReadOnlyList<OrderItemView> items, DateTimeOffset placedAt, OrderDeliveryView? delivery)
    {
        var status = OrderStatus.Pending.Name();
        return new(id, number, customerId, status, total, items, placedAt,
            new OrderPaymentView(OrderPayment.Pending, null), [new OrderEventView(status, placedAt, null)], delivery);
    }
}

/// <summary>A line of an order.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name then.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">The price for one then.</param>
public sealed record OrderItemView(Guid ProductId, string Name, int Quantity, Money UnitPrice);

/// <summary>How an order is delivered, as it was when it was placed.</summary>
/// <param name="Method">The id of the way of delivery.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Price">What it costs; part of the order's total.</param>
/// <param name="Address">Where to; left out when the customer has deleted their account.</param>
public sealed record OrderDeliveryView(
    string Method, string Name, Money Price, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PostalAddress? Address);

/// <summary>How the payment of an order stands.</summary>
/// <param name="Status">pending, action-required, paid, declined, cancelled, refunding or refunded.</param>
/// <param name="Reason">Why it was declined or refunded, or that a refund was refused, as a code; left out otherwise.</param>
/// <param name="Action">What the customer has to do, when that is required; else left out.</param>
public sealed record OrderPaymentView(
    string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PaymentActionView? Action = null);

/// <summary>What a customer has to do so that their order can be paid.</summary>
/// <param name="Url">The page of their bank, to be opened in a browser.</param>
public sealed record PaymentActionView(string Url);

/// <summary>Something happened to an order: it reached a state, was shipped, or some of its money was given back.</summary>
/// <param name="Status">The state; <c>shipped</c> and <c>partly-refunded</c> are not states of the order.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why, as a code; left out when the status says it all.</param>
/// <param name="Amount">What was given back then; left out: nothing.</param>
public sealed record OrderEventView(
    string Status, DateTimeOffset At, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Amount = null);

/// <summary>Whether an order is on its way.</summary>
/// <param name="Status">unshipped or shipped.</param>
/// <param name="Carrier">Who carries it; left out: not said.</param>
/// <param name="Tracking">The carrier's number for it; left out: not said.</param>
/// <param name="ShippedAt">When it was handed over, UTC; left out: it was not.</param>
public sealed record FulfilmentView(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Carrier = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tracking = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ShippedAt = null)
{
    internal const string Shipped = "shipped";

    internal static readonly FulfilmentView Unshipped = new("unshipped");
}

/// <summary>What staff has written about an order, for staff.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Author">The user id of whoever wrote it.</param>
/// <param name="AuthorName">Their name then.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Text">Plain text.</param>
public sealed record OrderNoteView(Guid Id, Guid Author, string AuthorName, DateTimeOffset At, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(OrderTerms))]
[JsonSerializable(typeof(OrderDeliveryView))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(Page<OrderView>))]
[JsonSerializable(typeof(OrderEventView))]
[JsonSerializable(typeof(ShipRequest))]
[JsonSerializable(typeof(NoteRequest))]
internal sealed partial class OrdersJson : JsonSerializerContext;
