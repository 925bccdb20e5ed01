using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Auth.Pages;

/// <summary>A site of the shop's own, where people sign in with a browser: the storefront, from <c>Auth:Web</c>, or the back office, from <c>Auth:Admin</c>.</summary>
/// <param name="Address">The site's URL. Browsers are sent back there and nowhere else.</param>
/// <param name="Secret">The site's client secret.</param>
internal sealed record OwnSite(Uri Address, string Secret)
{
    /// <summary>The storefront; null when none is configured.</summary>
    /// <exception cref="InvalidOperationException">Only one of the two settings is there, or the address is no URL.</exception>
    public static OwnSite? Storefront(IConfiguration configuration) => From(configuration, "Web");

    /// <summary>The back office; null when none is configured.</summary>
    /// <exception cref="InvalidOperationException">Only one of the two settings is there, or the address is no URL.</exception>
    public static OwnSite? BackOffice(IConfiguration configuration) => From(configuration, "Admin");

    private static OwnSite? From(IConfiguration configuration, string site)
    {
        var (address, secret) = (configuration[$"Auth:{site}:Address"], configuration[$"Auth:{site}:Secret"]);
        if (string.IsNullOrEmpty(address) && string.IsNullOrEmpty(secret))
            return null;
        return Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && !string.IsNullOrEmpty(secret)
            ? new(url, secret)
            : throw new InvalidOperationException($"Auth:{site} needs both: Address, the URL of the site, and Secret.");
    }

    /// <summary>A page with a message and a link to the storefront.</summary>
    public static RazorComponentResult<NoticePage> Notice(string title, IConfiguration configuration, string? text = null, string? about = null) =>
        new(new { Title = title, Text = text, TextAbout = about, Storefront = Storefront(configuration)?.Address.AbsoluteUri });
}
