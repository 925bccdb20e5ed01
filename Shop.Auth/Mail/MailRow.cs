using Microsoft.EntityFrameworkCore;
using Shop.Auth.Users;

namespace Shop.Auth.Mail;

/// <summary>A mail that waits to be sent, written in the transaction that causes it.</summary>
internal sealed class MailRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Recipient { get; init; }

    public required string Subject { get; init; }

    /// <summary>The text, encrypted: it may hold a link that opens an account.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not to be sent before this time, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>How often it has been tried.</summary>
    public int Attempts { get; init; }
}

internal static class MailModel
{
    public static void AddMail(this ModelBuilder model) => model.Entity<MailRow>(row =>
    {
        row.ToTable("mails");
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Property(r => r.Recipient).HasMaxLength(EmailAddress.MaxLength);
        row.HasIndex(r => r.NotBefore);
    });
}
