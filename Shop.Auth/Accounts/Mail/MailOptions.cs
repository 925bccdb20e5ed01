using System.ComponentModel.DataAnnotations;
using MailKit.Security;
using Microsoft.Extensions.Options;

namespace Shop.Auth.Accounts.Mail;

/// <summary>Where mail goes; from <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    /// <summary>The SMTP server. Null: in Development mail goes into a folder, elsewhere it waits in the table.</summary>
    public string? Host { get; set; }

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    [EnumDataType(typeof(SecureSocketOptions))]
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;

    /// <summary>Null when the server needs no authentication.</summary>
    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>The sender.</summary>
    [EmailAddress]
    public string From { get; set; } = "shop@shop.test";

    /// <summary>The folder for mail in Development without a server; null for one under the temporary directory, specific to the user and the issuer.</summary>
    public string? PickupDirectory { get; set; }

    /// <summary>How long sending a mail is retried.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Delay before the first retry; it doubles up to five minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:05:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);
}

internal static class MailExtensions
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MailOptions>().BindConfiguration("Mail").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MailSignal>();
        builder.Services.AddSingleton<MailEncryption>();
        builder.Services.AddScoped<MailQueue>();
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddSingleton<IMailTransport>(services =>
            services.GetRequiredService<IOptions<MailOptions>>().Value.Host is { Length: > 0 } ? ActivatorUtilities.CreateInstance<SmtpTransport>(services)
            : development ? ActivatorUtilities.CreateInstance<PickupFolder>(services)
            : new NoTransport());
        builder.Services.AddHostedService<MailRelay>();
    }
}
