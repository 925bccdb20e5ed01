using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Ui;

/// <summary>The languages of the pages: the one that was chosen here, else the first of the browser's that there is, else English.</summary>
public static class Languages
{
    /// <summary>Where a language is chosen: a form with <c>language</c> and <c>returnUrl</c>.</summary>
    public const string Address = "/language";

    /// <summary>What there is to choose from: each code, and its name in the language itself.</summary>
    public static readonly IReadOnlyList<(string Code, string Name)> All = [("en", "English"), ("de", "Deutsch")];

    /// <summary>Sites on one host share the cookie, so that the store and the sign-in speak the same language in Development, too.</summary>
    private const string Cookie = "shop-language";

    /// <summary>Adds <see cref="Texts"/> and the choice of the language.</summary>
    public static void AddLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            var cultures = All.Select(language => CultureInfo.GetCultureInfo(language.Code)).ToList();
            options.DefaultRequestCulture = new(cultures[0]);
            options.SupportedCultures = options.SupportedUICultures = cultures;
            options.ApplyCurrentCultureToResponseHeaders = true;
            options.RequestCultureProviders = [new CookieRequestCultureProvider { CookieName = Cookie }, new AcceptLanguageHeaderRequestCultureProvider()];
        });
    }

    /// <summary>Sets the language of each request. Comes before whatever writes a page, so that error pages have it, too.</summary>
    public static void UseLanguages(this WebApplication app)
    {
        app.UseRequestLocalization();
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                // Pictures are the same in all languages, and are to be kept.
                if (context.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) is true)
                    context.Response.Headers.AppendCommaSeparatedValues("Vary", "Accept-Language", "Cookie");
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    /// <summary>Maps <see cref="Address"/>. The choice is no secret and does no harm, so the form needs no antiforgery token.</summary>
    /// <param name="app">The site.</param>
    /// <param name="isLocal">Whether an address is one of this site.</param>
    public static RouteHandlerBuilder MapLanguages(this IEndpointRouteBuilder app, Func<string?, string> isLocal) =>
        app.MapPost(Address, (HttpContext http, [FromForm] string? language, [FromForm] string? returnUrl) => Choose(http, language, isLocal(returnUrl)))
            .DisableAntiforgery().AllowAnonymous().ExcludeFromDescription();

    private static RedirectHttpResult Choose(HttpContext http, string? language, string returnUrl)
    {
        if (All.Any(known => known.Code == language))
        {
            http.Response.Cookies.Append(Cookie, CookieRequestCultureProvider.MakeCookieValue(new(language!)), new()
            {
                MaxAge = TimeSpan.FromDays(365),
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = http.Request.IsHttps,
                IsEssential = true,
            });
        }
        return TypedResults.LocalRedirect(returnUrl);
    }
}
