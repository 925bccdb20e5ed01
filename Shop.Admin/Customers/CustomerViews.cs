namespace Shop.Admin.Customers;

/// <summary>An account, as Auth tells staff.</summary>
public sealed record User(Guid Id, string Email, string? DisplayName, IReadOnlyList<string> Roles, bool Locked, DateTimeOffset CreatedAt);

/// <summary>A role.</summary>
public sealed record Role(string Name, IReadOnlyList<string> Permissions);
