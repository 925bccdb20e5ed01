using Microsoft.AspNetCore.Identity;
using Shop.ServiceDefaults.Access;

namespace Shop.Auth.Accounts;

/// <summary>A named set of permissions. The permissions are its claims of type <see cref="PermissionClaim"/>.</summary>
public sealed class Role : IdentityRole<Guid>
{
    /// <summary>The claim type of a permission.</summary>
    public const string PermissionClaim = "permission";

    /// <summary>The role of every new user.</summary>
    public const string Customer = "customer";

    /// <summary>The role with every permission.</summary>
    public const string Admin = "admin";

    /// <summary>The roles of an empty database. Their permissions can be changed later, except the admin's.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Initial { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [Customer] = [],
        ["catalog-manager"] = [Permissions.CatalogWrite],
        ["support"] = [Permissions.OrdersRead, Permissions.PaymentsRead, Permissions.PaymentsRefund],
        [Admin] = Permissions.All,
    };

    /// <summary>Makes a role with an id that sorts by time.</summary>
    public Role() => Id = Guid.CreateVersion7();
}
