using Shop.ServiceDefaults.Access;

namespace Shop.Admin.Pages;

/// <summary>What there is in the back office, and for whom.</summary>
internal static class Menu
{
    public static readonly IReadOnlyList<(string Name, string Address, string Permission)> All =
    [
        ("Today", "/", Permissions.OrdersRead),
        ("Orders", "/orders", Permissions.OrdersRead),
        ("Products", "/products", Permissions.CatalogWrite),
        ("Payments", "/payments", Permissions.PaymentsRead),
        ("Customers", "/customers", Permissions.UsersManage),
        ("Roles", "/roles", Permissions.UsersManage),
        ("Messages", "/messages", Permissions.MessagesManage),
        ("Audit", "/audit", Permissions.UsersManage),
    ];
}
