using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Shop.Auth.Accounts.Mail;

namespace Shop.Tests.Services.Auth;

/// <summary>The mail that Auth sent, as its page for developers shows it.</summary>
internal static partial class Mailbox
{
    /// <summary>The newest mail to somebody with this in its subject, once it has come.</summary>
    public static Task<SentMail> MailAsync(this HttpClient auth, string to, string subject = "") => Eventually.GetAsync(
        async () => (await auth.MailsAsync(to)).FirstOrDefault(mail => mail.Subject.Contains(subject, StringComparison.OrdinalIgnoreCase)), $"a mail to {to} about {subject}");

    /// <summary>All that came for somebody so far, the newest first.</summary>
    public static async Task<IReadOnlyList<SentMail>> MailsAsync(this HttpClient auth, string to) =>
        [.. (await auth.GetFromJsonAsync<SentMails>("/dev/mail", TestContext.Current.CancellationToken))!.Items.Where(mail => mail.To.Equals(to, StringComparison.OrdinalIgnoreCase))];

    /// <summary>The token of the link in it.</summary>
    public static string Token(this SentMail mail) => Link().Match(mail.Text).Groups["token"].Value;

    [GeneratedRegex("\\?token=(?<token>[A-Za-z0-9_-]+)")]
    private static partial Regex Link();
}
