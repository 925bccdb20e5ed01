using Microsoft.EntityFrameworkCore;
using Shop.Auth.Users;

namespace Shop.Auth.Recovery;

/// <summary>What a link in a mail is good for.</summary>
internal enum LinkPurpose
{
    /// <summary>A new password in the place of a forgotten one.</summary>
    Reset,

    /// <summary>An address is confirmed, the present one or a new one.</summary>
    Confirm,
}

/// <summary>A link that was mailed to somebody. Its token is kept as a hash: who reads the table can use none.</summary>
internal sealed class MailedLink
{
    /// <summary>SHA-256; the token has 256 random bits, so that a plain hash does.</summary>
    public required byte[] TokenHash { get; init; }

    public required Guid UserId { get; init; }

    public required LinkPurpose Purpose { get; init; }

    /// <summary>The address that it was mailed to.</summary>
    public required string Email { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Somebody says that they forgot the password of the account with this address; whether there is one is found out later.</summary>
internal sealed class ForgottenPassword
{
    public Guid Id { get; init; }

    /// <summary>As it was typed.</summary>
    public required string Email { get; init; }
}

internal static class RecoveryModel
{
    public static void AddRecovery(this ModelBuilder model)
    {
        model.Entity<MailedLink>(link =>
        {
            link.ToTable("mailed_links");
            link.HasKey(l => l.TokenHash);
            link.Property(l => l.Purpose).HasConversion<string>().HasMaxLength(16);
            link.Property(l => l.Email).HasMaxLength(EmailAddress.MaxLength);
            link.HasOne<User>().WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.Cascade);
            link.HasIndex(l => new { l.UserId, l.CreatedAt });
            link.HasIndex(l => l.ExpiresAt);
        });
        model.Entity<ForgottenPassword>(forgotten =>
        {
            forgotten.ToTable("forgotten_passwords");
            forgotten.Property(f => f.Id).ValueGeneratedNever();
            forgotten.Property(f => f.Email).HasMaxLength(EmailAddress.MaxLength);
        });
    }
}
