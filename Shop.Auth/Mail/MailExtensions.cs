using Microsoft.Extensions.Options;

namespace Shop.Auth.Mail;

internal static class MailExtensions
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MailOptions>().BindConfiguration("Mail").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MailSignal>();
        builder.Services.AddSingleton<MailEncryption>();
        builder.Services.AddScoped<MailOutbox>();
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddSingleton<IMailTransport>(services =>
            services.GetRequiredService<IOptions<MailOptions>>().Value.Host is { Length: > 0 } ? ActivatorUtilities.CreateInstance<SmtpTransport>(services)
            : development ? ActivatorUtilities.CreateInstance<PickupFolder>(services)
            : new NoTransport());
        builder.Services.AddHostedService<MailRelay>();
    }
}
