using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Audit;

/// <summary>
/// Records who did what, to what, from where, as a structured log entry of the category <c>Shop.Audit</c> with the request's trace. E-mail addresses are left out:
/// logs go to more places than tables do.
/// </summary>
public class AuditLog(ILoggerFactory loggers)
{
    /// <summary>How much of a subject is recorded.</summary>
    protected const int MaxSubject = 256;

    /// <summary>How much of a detail is recorded.</summary>
    protected const int MaxDetail = 512;

    private const int MaxUserAgent = 256;

    private readonly ILogger _logger = loggers.CreateLogger("Shop.Audit");

    /// <summary>Records what the request did, or was refused.</summary>
    public virtual Task RecordAsync(HttpContext http, AuditEvent what)
    {
        Log(http, what);
        return Task.CompletedTask;
    }

    /// <summary>Writes the log entry.</summary>
    protected void Log(HttpContext http, AuditEvent what) => _logger.LogInformation(
        "{Action} {Outcome}: by {Actor}, to {Subject}, from {Ip} with {UserAgent}. {Detail}",
        what.Action, what.Outcome, ActorOf(http, what), Neutral(what.Subject, MaxSubject), IpOf(http), UserAgentOf(http), Neutral(what.Detail, MaxDetail));

    /// <summary>The user id of whoever did it; null: unknown.</summary>
    protected static Guid? ActorOf(HttpContext http, AuditEvent what) =>
        what.Actor ?? (Guid.TryParse(http.User.FindFirst("sub")?.Value, out var id) ? id : null);

    /// <summary>Where the request came from; null: not over a network.</summary>
    protected static string? IpOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    /// <summary>The program that the request says it came from; null: it does not say.</summary>
    protected static string? UserAgentOf(HttpContext http) =>
        http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? Neutral(agent, MaxUserAgent) : null;

    /// <summary>
    /// Makes untrusted text safe for one line of a log, and at most so many UTF-16 units long: control characters, line ends and invisible characters become U+FFFD.
    /// </summary>
    public static string? Neutral(string? text, int maxLength)
    {
        if (text is null)
            return null;
        var neutral = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned ? Rune.ReplacementChar : rune;
            if (neutral.Length + shown.Utf16SequenceLength > maxLength)
                break;
            neutral.Append(shown);
        }
        return neutral.ToString();
    }
}
