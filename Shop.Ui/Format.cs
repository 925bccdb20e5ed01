using System.Globalization;

namespace Shop.Ui;

/// <summary>How money and times read in the language of the page.</summary>
public static class Format
{
    /// <summary>An amount as people write it: <c>€1,299.00</c>, in German <c>1.299,00 €</c>; a currency without a sign of its own is named by its code.</summary>
    /// <param name="amount">In units of the currency.</param>
    /// <param name="currency">The ISO 4217 code.</param>
    public static string Money(decimal amount, string currency)
    {
        var number = Math.Abs(amount).ToString($"N{Decimals(currency)}", CultureInfo.CurrentCulture);
        var sign = currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", _ => null };
        var money = sign is null || IsGerman ? $"{number}\u00A0{sign ?? currency}" : sign + number;
        return amount < 0 ? "−" + money : money;
    }

    /// <summary>How many decimals people write after an amount of the currency.</summary>
    public static int Decimals(string currency) => currency is "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "MGA" or "PYG" or "RWF"
        or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" ? 0 : 2;

    /// <summary>A date: <c>27 Nov 2026</c>.</summary>
    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString(IsGerman ? "d. MMM yyyy" : "d MMM yyyy", CultureInfo.CurrentCulture);

    /// <summary>A moment in UTC, which it says: the server does not know where its reader is.</summary>
    public static string DateAndTime(DateTimeOffset at) => $"{Date(at)}, {at.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)}\u00A0UTC";

    private static bool IsGerman => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is "de";
}
