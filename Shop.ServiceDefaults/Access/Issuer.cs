using Microsoft.Extensions.Hosting;

namespace Shop.ServiceDefaults.Access;

/// <summary>Who issues access tokens, and for whom.</summary>
public static class Issuer
{
    /// <summary>The <c>aud</c> of every access token.</summary>
    public const string Audience = "shop";

    /// <summary>The issuer's address, from <c>Auth:Issuer</c>.</summary>
    /// <exception cref="InvalidOperationException">It is missing, no URL, or not https outside Development.</exception>
    public static Uri Address(IHostApplicationBuilder builder)
    {
        var text = builder.Configuration["Auth:Issuer"];
        if (!Uri.TryCreate(text, UriKind.Absolute, out var issuer) || issuer.Scheme is not ("http" or "https"))
            throw new InvalidOperationException($"Auth:Issuer must be the URL of the auth service, but is '{text}'.");
        return issuer.Scheme is "https" || builder.Environment.IsDevelopment()
            ? issuer
            : throw new InvalidOperationException($"Auth:Issuer must be https outside Development, but is '{text}'.");
    }
}
