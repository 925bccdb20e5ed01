namespace Shop.ServiceDefaults;

/// <summary>An amount of money.</summary>
/// <param name="Amount">In units of the currency (19.99), two decimals.</param>
/// <param name="Currency">ISO 4217 code, upper case.</param>
public readonly record struct Money(decimal Amount, string Currency);
