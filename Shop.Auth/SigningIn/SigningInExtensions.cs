using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Shop.Auth.Accounts;
using Shop.Auth.Pages;
using Shop.Auth.Sessions;
using Shop.Auth.SigningIn.OwnAccount;
using Shop.Auth.SigningIn.Passkeys;
using Shop.Auth.SigningIn.TwoFactor;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Hosting;
using Shop.Ui;

namespace Shop.Auth.SigningIn;

internal static class SigningInExtensions
{
    /// <summary>Lets users sign in with a password, a second factor or a passkey, and look after their account on pages.</summary>
    public static void AddSigningIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication().AddCookie(CookieAuthenticationDefaults.AuthenticationScheme, cookie =>
        {
            PagesExtensions.UseShopCookie(cookie.Cookie, "session", builder);
            cookie.ExpireTimeSpan = UserSessions.Lifetime;
            cookie.SlidingExpiration = false;
        });
        builder.Services.AddScoped<BrowserSessions>();
        builder.Services.AddScoped<SignIn>();
        builder.Services.AddScoped<AccountPageHandler>();

        new IdentityBuilder(typeof(User), typeof(Role), builder.Services)
            .AddTokenProvider<AuthenticatorTokenProvider<User>>(TokenOptions.DefaultAuthenticatorProvider)
            .AddUserStore<EncryptedUserStore>();
        builder.Services.AddScoped<SecondFactor>();
        builder.Services.AddScoped<RecoveryCodes>();
        builder.Services.AddScoped<TwoFactorSettings>();
        builder.Services.AddSingleton<PendingSignIn>();

        var issuer = Issuer.Address(builder);
        builder.Services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            // From the configuration, never from the Host header of a request.
            passkeys.ServerDomain = issuer.Host;
            passkeys.ValidateOrigin = context =>
                ValueTask.FromResult(!context.CrossOrigin && context.Origin == issuer.GetLeftPart(UriPartial.Authority));
            // The device verifies its user, which makes a passkey two factors.
            passkeys.UserVerificationRequirement = "required";
            // Signing in needs no e-mail address.
            passkeys.ResidentKeyRequirement = "required";
            passkeys.AuthenticatorTimeout = PasskeyCeremonies.Timeout;
        });
        builder.Services.AddScoped<IPasskeyHandler<User>, PasskeyHandler<User>>();
        builder.Services.AddScoped<PasskeyCeremonies>();
        builder.Services.AddScoped<OwnPasskeys>();
    }

    public static void MapSigningIn(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapLanguages(address => LocalAddress.Checked(address, ReturnAddress.MaxLength) ?? AccountPages.Address).WithMetadata(new TakesForm());
        app.MapTwoFactor();
        var pages = PageHeaders.MapPages(app, "");
        pages.MapGet("/sign-in", SignInPages.ShowSignIn);
        pages.MapPost("/sign-in", SignInPages.SignInAsync);
        pages.MapGet("/sign-in/code", (HttpRequest request) => TypedResults.LocalRedirect("/sign-in" + request.QueryString));
        pages.MapPost("/sign-in/code", SecondStep.SubmitAsync);
        pages.MapGet("/sign-up", (string? returnUrl) => SignUp.Page(returnUrl, new()));
        pages.MapPost("/sign-up", SignUp.SubmitAsync);
        pages.MapGet("/sign-out", SignInPages.ShowSignOut);
        pages.MapPost("/sign-out", SignInPages.SignOutAsync);
        pages.MapGet(SignInPages.SignedOut, (IConfiguration configuration) => OwnSite.Notice("You are signed out", configuration));
        pages.MapGet("/signed-in", (IConfiguration configuration) => OwnSite.Notice("You are signed in", configuration));
        pages.MapPasskeys();
        pages.MapAccountPages();
    }
}
