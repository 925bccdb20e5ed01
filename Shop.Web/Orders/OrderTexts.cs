namespace Shop.Web.Orders;

/// <summary>What codes and states of an order are in words.</summary>
internal static class OrderTexts
{
    /// <summary>What a state in the history is called.</summary>
    public static string Event(string status) => status switch
    {
        "pending" => "Order placed",
        "paid" => "Paid",
        "declined" => "Payment declined",
        "cancelled" => "Cancelled",
        "expired" => "Expired",
        "refunded" => "Refunded",
        "shipped" => "Shipped",
        "partly-refunded" => "Part of it refunded",
        _ => status,
    };

    /// <summary>Why a payment was declined or an order ended; null: it goes without saying.</summary>
    public static string? Reason(string? code) => code switch
    {
        null or "" or "customer" or "support" => null,
        "insufficient_funds" => "There is not enough money on the account of this card.",
        "authentication_failed" or "authentication_required" or "payment_intent_authentication_failure" => "The payment was not confirmed at the bank.",
        "invalid_token" => "This card cannot be used here.",
        "no_payment_in_time" => "The payment did not arrive in time.",
        "refund_refused" => "The refund was refused. Please ask again later.",
        "cancelled" => "You asked for your money back.",
        "card_declined" or "declined" or "generic_decline" => "The bank has declined this card.",
        _ => "The payment provider gave no reason that we could tell you.",
    };
}
