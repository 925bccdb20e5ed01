using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Mail;

/// <summary>Brings a mail on its way.</summary>
internal interface IMailTransport
{
    /// <summary>Sends it; throws when it did not go, which may be another time.</summary>
    /// <exception cref="SmtpCommandException">The server does not take this one, see <see cref="MailTransports.IsForGood"/>.</exception>
    Task SendAsync(MimeMessage mail, CancellationToken cancel);
}

/// <summary>To the SMTP server, over a connection of its own.</summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options) : IMailTransport
{
    private const int PatienceMilliseconds = 20_000;

    public async Task SendAsync(MimeMessage mail, CancellationToken cancel)
    {
        var mine = options.Value;
        using var smtp = new SmtpClient { Timeout = PatienceMilliseconds };
        await smtp.ConnectAsync(mine.Host!, mine.Port, mine.Security, cancel);
        if (mine.User is not null)
        {
            await smtp.AuthenticateAsync(mine.User, mine.Password ?? "", cancel);
        }
        await smtp.SendAsync(mail, cancel);
        await smtp.DisconnectAsync(quit: true, cancel);
    }
}

/// <summary>Into a folder, for development: <see cref="DevMail"/> shows what is there.</summary>
internal sealed class PickupFolder(IOptions<MailOptions> options, IConfiguration configuration) : IMailTransport
{
    /// <summary>How many are read at most, the newest.</summary>
    private const int Shown = 100;

    private readonly DirectoryInfo _folder = new(options.Value.PickupDirectory ?? Path.Combine(
        Path.GetTempPath(), $"shop-mail-{Environment.UserName}-{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(configuration["Auth:Issuer"] ?? "")))[..8]}"));

    public async Task SendAsync(MimeMessage mail, CancellationToken cancel)
    {
        if (!_folder.Exists)
        {
            _folder.Create();
            if (!OperatingSystem.IsWindows())
            {
                // Links that open accounts are in them.
                _folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
        }
        var name = Path.Combine(_folder.FullName, Guid.CreateVersion7().ToString());
        await mail.WriteToAsync(name, cancel);
        // So that nobody reads half of it.
        File.Move(name, name + ".eml");
    }

    /// <summary>What is there, the newest first.</summary>
    public async Task<IReadOnlyList<MimeMessage>> ReadAsync(CancellationToken cancel)
    {
        _folder.Refresh();
        var mails = new List<MimeMessage>();
        foreach (var file in _folder.Exists ? _folder.GetFiles("*.eml").OrderByDescending(file => file.Name, StringComparer.Ordinal).Take(Shown) : [])
        {
            mails.Add(await MimeMessage.LoadAsync(file.FullName, cancel));
        }
        return mails;
    }
}

/// <summary>Nowhere: no server is configured.</summary>
internal sealed class NoTransport : IMailTransport
{
    public Task SendAsync(MimeMessage mail, CancellationToken cancel) => throw new UnavailableException("Mail:Host is not configured.");
}

internal static class MailTransports
{
    /// <summary>Whether the server will never take this mail: its recipient is nobody, say.</summary>
    public static bool IsForGood(Exception failure) => failure is SmtpCommandException { StatusCode: >= SmtpStatusCode.SyntaxError } or NotSupportedException;
}
