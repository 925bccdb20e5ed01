using Npgsql;
using OpenTelemetry;
using Shop.Messaging.Database;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Product.Accounts;

/// <summary>
/// Removes what a request has saved for an account that was deleted while the request was under way: it asked whether the account had ended before it
/// was told so. A request takes 30 s at most, and ended accounts are remembered for an hour.
/// </summary>
internal sealed class ForgetAccounts(NpgsqlDataSource database, ILogger<ForgetAccounts> logger) : RepeatingService("Forgetting deleted accounts", logger)
{
    /// <summary>Removes what is personal of one account, $1; its orders stay, without an address.</summary>
    public static readonly IReadOnlyList<string> OneSql =
    [
        "DELETE FROM cart_items WHERE customer_id = $1",
        "DELETE FROM addresses WHERE customer_id = $1",
        "UPDATE orders SET delivery = delivery - 'address' WHERE customer_id = $1 AND delivery ? 'address'",
    ];

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    // All that have ended lately, sessions among them, which own nothing.
    private static readonly IReadOnlyList<string> RecentSql = [.. OneSql.Select(sql => sql.Replace("= $1", "IN (SELECT id FROM ended_access)", StringComparison.Ordinal))];

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        foreach (var sql in RecentSql)
            await database.ExecutePreparedAsync(sql, [], stoppingToken);
        return Interval;
    }
}
