using Microsoft.AspNetCore.Identity;

namespace Shop.Auth.Users;

/// <summary>Someone with an account. The e-mail address is the user name.</summary>
public sealed class User : IdentityUser<Guid>
{
    /// <summary>Makes a user with an id that sorts by time.</summary>
    public User() => Id = Guid.CreateVersion7();

    /// <summary>What to call the user; null when they did not say.</summary>
    public string? DisplayName { get; set; }

    /// <summary>The display name as it is searched by, see <see cref="Users.DisplayName.Normalize"/>; null without one.</summary>
    public string? NormalizedDisplayName { get; set; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
