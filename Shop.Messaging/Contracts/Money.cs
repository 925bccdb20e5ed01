using System.Globalization;
using System.Text.Json.Serialization;

namespace Shop.Messaging.Contracts;

/// <summary>An amount of money. In JSON <c>{"amount": 19.99, "currency": "EUR"}</c>.</summary>
/// <param name="Amount">In units of the currency (euros, not cents), with at most <see cref="Decimals"/> once rounded.</param>
/// <param name="Currency">The ISO 4217 code: three capital letters.</param>
public readonly record struct Money(decimal Amount, string Currency)
{
    /// <summary>The largest amount that a <c>numeric(12,2)</c> column holds.</summary>
    public const decimal MaxAmount = 9_999_999_999.99m;

    /// <summary>
    /// How many decimals amounts of the currency have, by the minor units of ISO 4217; two at most, which is what the columns hold and what payment
    /// providers charge of currencies that have three.
    /// </summary>
    [JsonIgnore]
    public int Decimals => Currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        // Two by the standard, but the subunit is a fifth, and nobody pays in those.
        "MGA" => 0,
        _ => 2,
    };

    /// <summary>Whether the amount is a price: not negative, with no more decimals than its currency has, storable, in a currency code.</summary>
    [JsonIgnore]
    public bool IsPrice => Amount is >= 0 and <= MaxAmount
        && decimal.Round(Amount, Decimals) == Amount
        && Currency is [>= 'A' and <= 'Z', >= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    /// <summary>The amount with the decimals of its currency; halves go away from zero, as shops and their customers round.</summary>
    public Money Rounded() => this with { Amount = decimal.Round(Amount, Decimals, MidpointRounding.AwayFromZero) };

    /// <summary>Adds two amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static Money operator +(Money left, Money right) => left.Currency == right.Currency
        ? left with { Amount = left.Amount + right.Amount }
        : throw new InvalidOperationException($"{left.Currency} and {right.Currency} cannot be added.");

    /// <summary>The amount <paramref name="quantity"/> times.</summary>
    public static Money operator *(Money money, int quantity) => money with { Amount = money.Amount * quantity };

    /// <summary>For people and logs, in any culture: <c>19.99 EUR</c>.</summary>
    public override string ToString() => $"{Amount.ToString(Decimals == 0 ? "0" : "0.00", CultureInfo.InvariantCulture)} {Currency}";
}
