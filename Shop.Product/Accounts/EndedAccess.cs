using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Product.Accounts;

/// <summary>A session or an account that has ended although its access tokens are still valid. Only for migrations: the table is used in plain SQL.</summary>
internal sealed class EndedAccess
{
    /// <summary>Of the session, or of the user whose account it was.</summary>
    public required Guid Id { get; init; }

    public DateTimeOffset EndedAt { get; init; }
}

internal sealed class EndedAccessMapping : IEntityTypeConfiguration<EndedAccess>
{
    public void Configure(EntityTypeBuilder<EndedAccess> builder)
    {
        builder.ToTable("ended_access");
        builder.HasKey(ended => ended.Id);
        builder.Property(ended => ended.Id).ValueGeneratedNever();
        builder.Property(ended => ended.EndedAt).HasDefaultValueSql("now()");
    }
}
