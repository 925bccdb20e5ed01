using System.Globalization;

namespace Shop.ServiceDefaults.Errors;

internal static class RetryAfter
{
    /// <summary>The value of the header, in whole seconds, at least one.</summary>
    public static string Seconds(TimeSpan wait) => Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
