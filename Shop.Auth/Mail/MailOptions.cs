using System.ComponentModel.DataAnnotations;
using MailKit.Security;

namespace Shop.Auth.Mail;

/// <summary>Where mail goes; from <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    /// <summary>The SMTP server; null: none. In Development mail then goes into a folder, elsewhere it waits.</summary>
    public string? Host { get; set; }

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    /// <summary>By default never without TLS.</summary>
    [EnumDataType(typeof(SecureSocketOptions))]
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;

    /// <summary>Null: the server asks for none.</summary>
    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>Who writes.</summary>
    [EmailAddress]
    public string From { get; set; } = "shop@shop.test";

    /// <summary>Where mail goes in Development without a server; null: a folder of this user's and this Auth's beside other temporary files.</summary>
    public string? PickupDirectory { get; set; }

    /// <summary>How long a mail is tried to be sent.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>First pause after the server could not be reached; it doubles, up to five minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:05:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);
}
