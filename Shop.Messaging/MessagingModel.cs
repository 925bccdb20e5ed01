using Microsoft.EntityFrameworkCore;
using Shop.Messaging.Inbox;
using Shop.Messaging.Outbox;

namespace Shop.Messaging;

/// <summary>The tables of messaging in a service's model.</summary>
public static class MessagingModel
{
    /// <summary>Adds the tables <c>outbox</c> and <c>inbox</c>, so that the service's migrations make them.</summary>
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
        return modelBuilder;
    }
}
