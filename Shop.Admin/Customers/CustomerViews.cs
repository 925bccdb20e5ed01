namespace Shop.Admin.Customers;

/// <summary>An account, as Auth tells staff.</summary>
public sealed record User(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, bool Locked, DateTimeOffset CreatedAt);

/// <summary>A role.</summary>
public sealed record Role(string Name, IReadOnlyList<string> Permissions);

/// <summary>Where somebody is signed in.</summary>
/// <param name="Id">The session.</param>
/// <param name="CreatedAt">When they signed in, UTC.</param>
/// <param name="LastUsedAt">When it was last used, within ten minutes, UTC.</param>
/// <param name="ClientId">The application; null: a browser.</param>
/// <param name="Current">Whether it is the session of who is asking.</param>
public sealed record Session(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string? ClientId, bool Current);
