using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Recovery;

internal static class RecoveryExtensions
{
    public static void AddRecovery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new OwnAddress(Issuer.Address(builder)));
        builder.Services.AddScoped<MailedLinks>();
        builder.Services.AddScoped<Letters>();
        builder.Services.AddScoped<PasswordReset>();
        builder.Services.AddScoped<EmailChange>();
        builder.Services.AddSingleton<ForgottenSignal>();
        builder.Services.AddHostedService<ForgottenPasswords>();
    }
}
