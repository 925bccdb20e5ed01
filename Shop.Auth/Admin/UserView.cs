namespace Shop.Auth.Admin;

/// <summary>What staff sees of a user.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Email">The address, as registered.</param>
/// <param name="DisplayName">Null when the user gave none.</param>
/// <param name="Roles">The names of the user's roles, sorted.</param>
/// <param name="Locked">Whether they can sign in no more.</param>
/// <param name="CreatedAt">When the account was made, UTC.</param>
internal sealed record UserView(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, bool Locked, DateTimeOffset CreatedAt);
