using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Hosting;

/// <summary>What a service writes, and how it compares, does not depend on the machine's language.</summary>
internal static class Cultures
{
    /// <summary>Numbers and dates are written the same way whatever <c>LANG</c> says.</summary>
    public static void UseInvariant() =>
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture =
            CultureInfo.InvariantCulture;

    /// <summary>
    /// Without ICU .NET runs only when <c>DOTNET_SYSTEM_GLOBALIZATION_INVARIANT</c> is set, and then leaves text as it comes. The service does all
    /// that it does, but é in one piece and é in two are then different letters; so it says what to install.
    /// </summary>
    public static void WarnWithoutIcu(this WebApplication app)
    {
        if (!"e\u0301".IsNormalized())
            return;
        app.Logger.LogWarning("Text is not normalised, since .NET runs without ICU here: install libicu (Debian and Ubuntu) or icu-libs (Alpine), and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
    }
}
