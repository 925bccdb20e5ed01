using Microsoft.AspNetCore.Identity;
using Shop.Auth.Users;

namespace Shop.Auth.TwoFactor;

internal static class TwoFactorExtensions
{
    public static void AddTwoFactor(this WebApplicationBuilder builder)
    {
        new IdentityBuilder(typeof(User), typeof(Role), builder.Services)
            .AddTokenProvider<AuthenticatorTokenProvider<User>>(TokenOptions.DefaultAuthenticatorProvider)
            .AddUserStore<ProtectedSecrets>();
        builder.Services.AddScoped<SecondFactor>();
        builder.Services.AddScoped<SpentCodes>();
        builder.Services.AddScoped<RecoveryCodes>();
        builder.Services.AddScoped<TwoFactorSettings>();
        builder.Services.AddSingleton<HalfSignedIn>();
    }
}
