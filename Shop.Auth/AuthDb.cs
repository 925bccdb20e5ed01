using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;
using Shop.Auth.Accounts;
using Shop.Auth.Accounts.Mail;
using Shop.Auth.Accounts.Passwords;
using Shop.Auth.Administration;
using Shop.Auth.Audit;
using Shop.Auth.OpenIdConnect.Keys;
using Shop.Auth.Sessions;
using Shop.Messaging;

namespace Shop.Auth;

/// <summary>Users and roles, clients and tokens, keys, mail, and the audit records.</summary>
public sealed class AuthDb(DbContextOptions<AuthDb> options) : IdentityDbContext<User, Role, Guid>(options), IDataProtectionKeyContext
{
    /// <summary>The signing and encryption keys, encrypted with data protection.</summary>
    internal DbSet<ServerKey> ServerKeys => Set<ServerKey>();

    /// <summary>The data-protection key ring.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.UseOpenIddict<Guid>();

        builder.Entity<User>(user =>
        {
            user.ToTable("users");
            user.Property(u => u.Id).ValueGeneratedNever();
            user.Property(u => u.Email).HasMaxLength(EmailAddress.MaxLength).IsRequired();
            user.Property(u => u.DisplayName).HasMaxLength(DisplayName.MaxLength);
            // Identity does not make it unique, and under concurrency only the index keeps an address to one account.
            user.HasIndex(u => u.NormalizedEmail).HasDatabaseName("ix_users_normalized_email").IsUnique();
            user.HasIndex(u => u.NormalizedUserName).HasDatabaseName("ix_users_normalized_user_name").IsUnique();
            user.HasIndex(u => u.Id).HasDatabaseName("ix_users_address_forms").HasFilter(NormalizeAddresses.Candidates);
        });
        builder.Entity<Role>(role =>
        {
            role.ToTable("roles");
            role.Property(r => r.Id).ValueGeneratedNever();
            role.HasIndex(r => r.NormalizedName).HasDatabaseName("ix_roles_normalized_name").IsUnique();
        });
        builder.Entity<IdentityUserRole<Guid>>().ToTable("user_roles");
        builder.Entity<IdentityRoleClaim<Guid>>().ToTable("role_claims");
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("user_claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("user_logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("user_tokens");
        builder.Entity<IdentityUserPasskey<Guid>>().ToTable("user_passkeys");

        builder.Entity<OpenIddictEntityFrameworkCoreApplication<Guid>>().ToTable("clients");
        builder.Entity<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().ToTable("authorizations");
        builder.Entity<OpenIddictEntityFrameworkCoreScope<Guid>>().ToTable("scopes");
        builder.Entity<OpenIddictEntityFrameworkCoreToken<Guid>>().ToTable("tokens");

        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
        builder.Entity<ServerKey>(key =>
        {
            key.ToTable("server_keys");
            key.Property(k => k.Id).ValueGeneratedNever();
            key.Property(k => k.Purpose).HasConversion<string>().HasMaxLength(16);
        });

        builder.AddUserSearch();
        builder.AddSessions();
        builder.AddFamiliarAddresses();
        builder.AddRecovery();
        builder.AddMail();
        builder.AddAudit();
        builder.AddMessaging();
    }
}
