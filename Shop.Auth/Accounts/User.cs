using Microsoft.AspNetCore.Identity;

namespace Shop.Auth.Accounts;

/// <summary>Someone with an account. The e-mail address is the user name.</summary>
public sealed class User : IdentityUser<Guid>
{
    /// <summary>Makes a user with an id that sorts by time.</summary>
    public User() => Id = Guid.CreateVersion7();

    /// <summary>Null when the user gave none.</summary>
    public string? DisplayName { get; set; }

    /// <summary>The display name in the form it is searched by, see <see cref="Accounts.DisplayName.Normalize"/>; null without one.</summary>
    public string? NormalizedDisplayName { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
