using Microsoft.EntityFrameworkCore;
using Shop.Messaging.DeadLetters;
using Shop.Messaging.Inbox;
using Shop.Messaging.Outbox;

namespace Shop.Messaging;

/// <summary>The tables of messaging in a service's model.</summary>
public static class MessagingModel
{
    /// <summary>Adds the tables <c>outbox</c>, <c>inbox</c> and <c>dead_letters</c>, so that the service's migrations make them.</summary>
    public static ModelBuilder AddMessaging(this ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox");
            row.Property(x => x.Id).ValueGeneratedNever();
            row.Property(x => x.Payload).HasColumnType("json");
            row.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
            row.Property(x => x.Attempts).HasDefaultValue(0);
        });
        modelBuilder.Entity<InboxRow>(row =>
        {
            row.ToTable("inbox");
            row.HasKey(x => new { x.Queue, x.MessageId }).HasName(InboxRow.KeyName);
            row.Property(x => x.HandledAt).HasDefaultValueSql("now()");
        });
        modelBuilder.Entity<DeadLetterRow>(row =>
        {
            row.ToTable("dead_letters");
            row.Property(x => x.Id).ValueGeneratedNever();
            row.Property(x => x.Headers).HasColumnType("jsonb");
            row.HasIndex(x => new { x.Queue, x.MessageKey }).IsUnique().HasDatabaseName("ux_dead_letters_message");
            // The list: those that wait, newest first.
            row.HasIndex(x => new { x.DiedAt, x.Id }).HasFilter("replayed_at IS NULL").HasDatabaseName("ix_dead_letters_waiting");
        });
        return modelBuilder;
    }
}
