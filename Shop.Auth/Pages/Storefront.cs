using Microsoft.AspNetCore.Http.HttpResults;

namespace Shop.Auth.Pages;

/// <summary>The storefront, where people sign in with a browser. From <c>Auth:Web</c>.</summary>
/// <param name="Address">The storefront's URL. Browsers are sent back there and nowhere else.</param>
/// <param name="Secret">The storefront's client secret.</param>
internal sealed record Storefront(Uri Address, string Secret)
{
    /// <summary>Null when no storefront is configured.</summary>
    /// <exception cref="InvalidOperationException">Only one of the two is configured, or the address is no URL.</exception>
    public static Storefront? From(IConfiguration configuration)
    {
        var (address, secret) = (configuration["Auth:Web:Address"], configuration["Auth:Web:Secret"]);
        if (string.IsNullOrEmpty(address) && string.IsNullOrEmpty(secret))
        {
            return null;
        }
        return Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && !string.IsNullOrEmpty(secret)
            ? new(url, secret)
            : throw new InvalidOperationException("Auth:Web needs both: Address, the URL of the storefront, and Secret.");
    }

    /// <summary>A page with a message and a link to the storefront.</summary>
    public static RazorComponentResult<NoticePage> Notice(string title, IConfiguration configuration, string? text = null, string? about = null) =>
        new(new { Title = title, Text = text, TextAbout = about, Storefront = From(configuration)?.Address.AbsoluteUri });
}
