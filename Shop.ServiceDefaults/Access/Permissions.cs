namespace Shop.ServiceDefaults.Access;

/// <summary>What a role can permit. The values are the <c>permission</c> claims of access tokens.</summary>
public static class Permissions
{
    /// <summary>Create, change, archive and stock products.</summary>
    public const string CatalogWrite = "catalog.write";

    /// <summary>See everybody's orders.</summary>
    public const string OrdersRead = "orders.read";

    /// <summary>Mark orders as shipped, and write notes about them.</summary>
    public const string OrdersWrite = "orders.write";

    /// <summary>See everybody's payments.</summary>
    public const string PaymentsRead = "payments.read";

    /// <summary>Give money back.</summary>
    public const string PaymentsRefund = "payments.refund";

    /// <summary>See, lock and unlock users, and give them roles.</summary>
    public const string UsersManage = "users.manage";

    /// <summary>Register applications that are not the shop's own.</summary>
    public const string ClientsManage = "clients.manage";

    /// <summary>See, replay and delete messages that could not be handled.</summary>
    public const string MessagesManage = "messages.manage";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [CatalogWrite, OrdersRead, OrdersWrite, PaymentsRead, PaymentsRefund, UsersManage, ClientsManage, MessagesManage];
}
