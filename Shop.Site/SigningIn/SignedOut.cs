using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Shop.Site.Services;

namespace Shop.Site.SigningIn;

/// <summary>Where a page finds that its visitor's session has ended, it leads to the sign-in and back. What was posted is not sent again by itself.</summary>
public static class SignedOut
{
    public static void UseSignedOut(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (SignedOutException) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            var page = context.Request.Path + (HttpMethods.IsGet(context.Request.Method) ? context.Request.QueryString : default);
            context.Response.Redirect(SignInEndpoints.SignIn + QueryString.Create(SignInEndpoints.ReturnUrl, page));
        }
    });
}
