namespace Shop.Product.Orders;

/// <summary>Where an order stands.</summary>
public enum OrderStatus
{
    /// <summary>Accepted, its stock reserved, its payment not yet known.</summary>
    Pending,

    /// <summary>Charged.</summary>
    Paid,

    /// <summary>The payment was refused; the stock is back. Final.</summary>
    Declined,

    /// <summary>Cancelled before it was paid; the stock is back. Final.</summary>
    Cancelled,

    /// <summary>No answer about the payment came in time; the stock is back. Final.</summary>
    Expired,

    /// <summary>Charged, and the money given back. Final.</summary>
    Refunded,
}

/// <summary>The state machine of an order: pending becomes paid, declined, cancelled or expired; paid becomes refunded. Nothing goes backward.</summary>
public static class OrderStatuses
{
    private static readonly OrderStatus[] All = Enum.GetValues<OrderStatus>();

    /// <summary>Whether an order may go from one state to the other. Never to the state it is in: a repeated event changes nothing.</summary>
    public static bool CanBecome(this OrderStatus from, OrderStatus to) => (from, to) switch
    {
        (OrderStatus.Pending, OrderStatus.Paid or OrderStatus.Declined or OrderStatus.Cancelled or OrderStatus.Expired) => true,
        (OrderStatus.Paid, OrderStatus.Refunded) => true,
        _ => false,
    };

    /// <summary>Whether nothing can come after it.</summary>
    public static bool IsFinal(this OrderStatus status) => !All.Any(next => status.CanBecome(next));

    /// <summary>The name on the wire and in the database.</summary>
    public static string Name(this OrderStatus status) => status switch
    {
        OrderStatus.Pending => "pending",
        OrderStatus.Paid => "paid",
        OrderStatus.Declined => "declined",
        OrderStatus.Cancelled => "cancelled",
        OrderStatus.Expired => "expired",
        OrderStatus.Refunded => "refunded",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>The state of that name, exactly as <see cref="Name"/> writes it; null when there is none.</summary>
    public static OrderStatus? Parse(string name)
    {
        foreach (var status in All)
            if (status.Name() == name)
                return status;
        return null;
    }

    /// <summary>
    /// The guard of a statement that moves an order: true in SQL for the rows that may become <paramref name="to"/>, so that the
    /// database goes by this machine too. IS TRUE keeps it from being looked up in the index of the states: an order is found by its id, of
    /// those that are pending there may be many.
    /// </summary>
    public static string GuardFor(OrderStatus to) =>
        $"(status IN ({string.Join(", ", All.Where(from => from.CanBecome(to)).Select(from => $"'{from.Name()}'"))})) IS TRUE";

    /// <summary>All names as a list of SQL literals.</summary>
    internal static string SqlNames => string.Join(", ", All.Select(status => $"'{status.Name()}'"));
}

/// <summary>How the payment of an order stands.</summary>
public static class OrderPayment
{
    /// <summary>Nothing heard yet.</summary>
    public const string Pending = "pending";

    /// <summary>The customer has to answer their bank first.</summary>
    public const string ActionRequired = "action-required";

    /// <summary>Charged.</summary>
    public const string Paid = "paid";

    /// <summary>Refused; nothing was charged.</summary>
    public const string Declined = "declined";

    /// <summary>The order was cancelled first; nothing is charged, or it is refunded.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Charged, and a refund was asked for.</summary>
    public const string Refunding = "refunding";

    /// <summary>The money was given back.</summary>
    public const string Refunded = "refunded";
}
