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
            row.HasKey(x => x.Id).HasName("pk_outbox");
            row.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(x => x.Type).HasColumnName("type").HasColumnType("text");
            row.Property(x => x.Payload).HasColumnName("payload").HasColumnType("json");
            row.Property(x => x.TraceParent).HasColumnName("trace_parent").HasColumnType("text");
            row.Property(x => x.TraceState).HasColumnName("trace_state").HasColumnType("text");
            row.Property(x => x.CreatedAt).HasColumnName("created_at").HasDefaultValueSql("now()");
            row.Property(x => x.Attempts).HasColumnName("attempts").HasDefaultValue(0);
            row.Property(x => x.NotBefore).HasColumnName("not_before");
        });
        modelBuilder.Entity<InboxRow>(row =>
        {
            row.ToTable("inbox");
            row.HasKey(x => new { x.Queue, x.MessageId }).HasName(InboxRow.KeyName);
            row.Property(x => x.Queue).HasColumnName("queue").HasColumnType("text");
            row.Property(x => x.MessageId).HasColumnName("message_id");
            row.Property(x => x.HandledAt).HasColumnName("handled_at").HasDefaultValueSql("now()");
        });
        modelBuilder.Entity<DeadLetterRow>(row =>
        {
            row.ToTable("dead_letters");
            row.HasKey(x => x.Id).HasName("pk_dead_letters");
            row.Property(x => x.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(x => x.Queue).HasColumnName("queue").HasColumnType("text");
            row.Property(x => x.MessageKey).HasColumnName("message_key");
            row.Property(x => x.MessageId).HasColumnName("message_id").HasColumnType("text");
            row.Property(x => x.Type).HasColumnName("type").HasColumnType("text");
            row.Property(x => x.RoutingKey).HasColumnName("routing_key").HasColumnType("text");
            row.Property(x => x.Reason).HasColumnName("reason").HasColumnType("text");
            row.Property(x => x.Headers).HasColumnName("headers").HasColumnType("jsonb");
            row.Property(x => x.ContentType).HasColumnName("content_type").HasColumnType("text");
            row.Property(x => x.Properties).HasColumnName("properties");
            row.Property(x => x.Body).HasColumnName("body");
            row.Property(x => x.DiedAt).HasColumnName("died_at");
            row.Property(x => x.Deaths).HasColumnName("deaths");
            row.Property(x => x.DeathIds).HasColumnName("death_ids").HasColumnType("uuid[]");
            row.Property(x => x.ReplayedAt).HasColumnName("replayed_at");
            row.HasIndex(x => new { x.Queue, x.MessageKey }).IsUnique().HasDatabaseName("ux_dead_letters_message");
            // The list: those that wait, newest first.
            row.HasIndex(x => new { x.DiedAt, x.Id }).HasFilter("replayed_at IS NULL").HasDatabaseName("ix_dead_letters_waiting");
        });
        return modelBuilder;
    }
}
