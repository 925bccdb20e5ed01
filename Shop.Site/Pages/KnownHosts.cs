using Microsoft.AspNetCore.HostFiltering;

namespace Shop.Site.Pages;

/// <summary>
/// The framework refuses requests for hosts that are not in <c>AllowedHosts</c>, since the name ends up in redirects. In Development, without that setting,
/// only this machine is allowed.
/// </summary>
public static class KnownHosts
{
    private static readonly string[] ThisMachine = ["localhost", "*.localhost", "127.0.0.1", "[::1]"];

    public static void AddKnownHosts(this WebApplicationBuilder builder)
    {
        if (builder.Environment.IsDevelopment() && string.IsNullOrEmpty(builder.Configuration["AllowedHosts"]))
            builder.Services.Configure<HostFilteringOptions>(filtering => filtering.AllowedHosts = [.. ThisMachine]);
    }
}
