using System.Globalization;
using Shop.ServiceDefaults.Errors;
using Shop.Ui;

namespace Shop.Admin.Services;

/// <summary>Money.</summary>
/// <param name="Amount">In units of the currency.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record Money(decimal Amount, string Currency)
{
    /// <summary>As people write it.</summary>
    public override string ToString() => Format.Money(Amount, Currency);

    /// <summary>As a field of a form has it: <c>12.50</c>.</summary>
    public string Plain => Amount.ToString(Format.Decimals(Currency) == 0 ? "0" : "0.00", CultureInfo.InvariantCulture);
}

/// <summary>What every page does with the services.</summary>
internal static class Asking
{
    /// <summary>What a service says; null while it is away, for pages that are of use without it.</summary>
    public static async Task<T?> OrNullAsync<T>(Task<T> asked) where T : class?
    {
        try
        {
            return await asked;
        }
        catch (UnavailableException)
        {
            return null;
        }
    }

    /// <summary>Why something was refused, in the service's words; null: it was not.</summary>
    public static string? Reason<T>(this Site.Services.Answer<T> answer) where T : class => answer.Problem switch
    {
        null => null,
        { Errors: { Count: > 0 } errors } => string.Join(" ", errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}")),
        { Detail: { } detail } => detail,
        var problem => problem.Title,
    };
}

/// <summary>Days as fields of a form have them: 2026-11-28, UTC.</summary>
internal static class Days
{
    /// <summary>When a day begins, or one so many days later; what is no day stays, for Product to say so.</summary>
    public static string? Begin(string? day, int later) => DateTime.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed) && parsed.Year < 9999
        ? parsed.AddDays(later).ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture) : day;
}
