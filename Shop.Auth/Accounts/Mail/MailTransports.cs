using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;
using Shop.ServiceDefaults.Errors;

namespace Shop.Auth.Accounts.Mail;

internal interface IMailTransport
{
    /// <summary>Sends a mail, or throws. <see cref="MailTransports.IsPermanent"/> tells whether a retry can help.</summary>
    Task SendAsync(MimeMessage mail, CancellationToken cancellationToken);
}

/// <summary>Sends to the SMTP server, with a connection for each mail.</summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options) : IMailTransport
{
    private const int TimeoutMilliseconds = 20_000;

    public async Task SendAsync(MimeMessage mail, CancellationToken cancellationToken)
    {
        var server = options.Value;
        using var smtp = new SmtpClient { Timeout = TimeoutMilliseconds };
        await smtp.ConnectAsync(server.Host!, server.Port, server.Security, cancellationToken);
        if (server.User is not null)
            await smtp.AuthenticateAsync(server.User, server.Password ?? "", cancellationToken);
        await smtp.SendAsync(mail, cancellationToken);
        await smtp.DisconnectAsync(quit: true, cancellationToken);
    }
}

/// <summary>
/// Writes mails into a folder, for development. <see cref="DevMail"/> shows them. In a folder that was not configured only the newest stay; they outlive a crash,
/// and go when the service stops.
/// </summary>
internal sealed class PickupFolder(IOptions<MailOptions> options, IConfiguration configuration) : IMailTransport, IDisposable
{
    private const int Kept = 100;

    private readonly bool _isOwn = options.Value.PickupDirectory is null;

    private readonly DirectoryInfo _folder = new(options.Value.PickupDirectory ?? Path.Combine(
        Path.GetTempPath(), $"shop-mail-{Environment.UserName}-{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(configuration["Auth:Issuer"] ?? "")))[..8]}"));

    public async Task SendAsync(MimeMessage mail, CancellationToken cancellationToken)
    {
        _folder.Refresh();
        if (!_folder.Exists)
        {
            _folder.Create();
            if (!OperatingSystem.IsWindows())
            {
                // Mails contain links that open accounts.
                _folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
        }
        var name = Path.Combine(_folder.FullName, Guid.CreateVersion7().ToString());
        await mail.WriteToAsync(name, cancellationToken);
        // Readers look for .eml, so they never see a partial file.
        File.Move(name, name + ".eml");
        if (_isOwn)
        {
            foreach (var old in Newest().Skip(Kept))
                old.Delete();
        }
    }

    /// <summary>The mails, newest first.</summary>
    public async Task<IReadOnlyList<MimeMessage>> ReadAsync(CancellationToken cancellationToken)
    {
        _folder.Refresh();
        var mails = new List<MimeMessage>();
        foreach (var file in Newest().Take(Kept))
        {
            try
            {
                mails.Add(await MimeMessage.LoadAsync(file.FullName, cancellationToken));
            }
            catch (FileNotFoundException)
            {
                // A newer one has taken its place.
            }
        }
        return mails;
    }

    public void Dispose()
    {
        _folder.Refresh();
        if (_isOwn && _folder.Exists)
            _folder.Delete(recursive: true);
    }

    private IEnumerable<FileInfo> Newest() => (_folder.Exists ? _folder.GetFiles("*.eml") : []).OrderByDescending(file => file.Name, StringComparer.Ordinal);
}

/// <summary>Keeps mails waiting: no server is configured.</summary>
internal sealed class NoTransport : IMailTransport
{
    public Task SendAsync(MimeMessage mail, CancellationToken cancellationToken) => throw new UnavailableException("Mail:Host is not configured.");
}

internal static class MailTransports
{
    /// <summary>Whether the server will never accept this mail, for instance because its recipient does not exist.</summary>
    public static bool IsPermanent(Exception failure) => failure is SmtpCommandException { StatusCode: >= SmtpStatusCode.SyntaxError } or NotSupportedException;
}
