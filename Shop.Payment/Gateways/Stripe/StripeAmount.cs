using Shop.ServiceDefaults;

namespace Shop.Payment.Gateways.Stripe;

/// <summary>Amounts as Stripe counts them: whole numbers of the currency's smallest unit, by docs.stripe.com/currencies.</summary>
internal static class StripeAmount
{
    /// <summary>The amount in Stripe's unit of its currency; null when there is no such amount: never rounded, since it is somebody's money.</summary>
    public static long? Of(Money money)
    {
        if (money is not { IsPrice: true, Amount: > 0 })
            return null;
        // Whole crowns only, though counted in hundredths.
        if (money.Currency == "ISK" && decimal.Truncate(money.Amount) != money.Amount)
            return null;
        return UnitsPerOne(money.Currency) is { } units && money.Amount * units is var amount && decimal.Truncate(amount) == amount
            ? decimal.ToInt64(amount)
            : null;
    }

    private static int? UnitsPerOne(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "JPY" or "KMF" or "KRW" or "MGA" or "PYG" or "RWF" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 1,
        // Stripe wants the last digit to be 0, and it is: our amounts have two decimals.
        "BHD" or "JOD" or "KWD" or "OMR" or "TND" => 1000,
        // Stripe has counted it in both ways; a hundred times too much is worse than no sale.
        "UGX" => null,
        _ => 100,
    };
}
