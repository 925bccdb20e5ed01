using System.ComponentModel.DataAnnotations;

namespace Shop.Messaging.Inbox;

/// <summary>Settings of the inbox, section <c>Messaging:Inbox</c>.</summary>
public sealed class InboxOptions
{
    /// <summary>For how long a message is known as handled, 1 to 3650 days: one that comes again after that is handled again.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often older ones are looked for and removed, 100 ms to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan PruneEvery { get; set; } = TimeSpan.FromHours(1);
}
