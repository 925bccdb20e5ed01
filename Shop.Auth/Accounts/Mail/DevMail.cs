using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using MimeKit;
using Shop.Auth.Pages;

namespace Shop.Auth.Accounts.Mail;

/// <summary>In Development, shows the mails that were sent: as a page for people, as JSON for programs.</summary>
internal static class DevMail
{
    public static void MapDevMail(this WebApplication app)
    {
        if (app.Environment.IsDevelopment() && app.Services.GetRequiredService<IMailTransport>() is PickupFolder folder)
            PageHeaders.MapPages(app, "/dev").MapGet("/mail", (HttpContext http, CancellationToken cancellationToken) => ShowAsync(http, folder, cancellationToken));
    }

    private static async Task<Results<RazorComponentResult<DevMailPage>, Ok<SentMails>>> ShowAsync(HttpContext http, PickupFolder folder, CancellationToken cancellationToken)
    {
        var mails = (await folder.ReadAsync(cancellationToken)).Select(SentMail.Of).ToList();
        return MediaTypeHeaderValue.TryParseList(http.Request.Headers.Accept, out var accepted) && accepted.Any(type => type.MediaType == "text/html")
            ? new RazorComponentResult<DevMailPage>(new { Mails = mails })
            : TypedResults.Ok(new SentMails(mails));
    }
}

/// <param name="Items">The newest first.</param>
internal sealed record SentMails(IReadOnlyList<SentMail> Items);

public sealed record SentMail(string To, string Subject, string Text, DateTimeOffset At)
{
    internal static SentMail Of(MimeMessage mail) =>
        new(string.Join(", ", mail.To.Mailboxes.Select(to => to.Address)), mail.Subject ?? "", mail.TextBody?.Trim() ?? "", mail.Date);

    /// <summary>The lines of the text, and whether each is a link.</summary>
    internal IEnumerable<(string Line, bool IsLink)> Lines =>
        Text.Split('\n').Select(line => line.Trim()).Select(line => (line, Uri.TryCreate(line, UriKind.Absolute, out var link) && link.Scheme is "http" or "https"));
}
