using Microsoft.AspNetCore.Authentication.OpenIdConnect;

namespace Shop.Site.SigningIn;

/// <summary>
/// Each sign-in that is begun leaves two cookies, until it is done or a quarter of an hour has passed. Of many that are begun and left, as by a browser that
/// opens all its tabs again, those of the last few are kept: all of them would be more than a request may carry.
/// </summary>
public static class Handshakes
{
    private const int Kept = 4;

    /// <summary>Removes the cookies of all but the last few.</summary>
    public static Task ForgetOld(RedirectContext context)
    {
        var (request, response) = (context.Request, context.Response);
        foreach (var cookie in (CookieBuilder[])[context.Options.CorrelationCookie, context.Options.NonceCookie])
        {
            // Browsers send those first that are older (RFC 6265, 5.4).
            foreach (var old in request.Cookies.Keys.Where(name => name.StartsWith(cookie.Name!, StringComparison.Ordinal)).SkipLast(Kept).ToList())
                response.Cookies.Delete(old, cookie.Build(context.HttpContext));
        }
        return Task.CompletedTask;
    }
}
