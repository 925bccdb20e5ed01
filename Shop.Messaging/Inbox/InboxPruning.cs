using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using OpenTelemetry;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Messaging.Inbox;

/// <summary>
/// Removes old messages from the inbox. It scans the table some pages at a time: an index on the time would cost each message that is handled, while scanning a
/// million rows takes less than a second. Rows that another replica is removing are skipped.
/// </summary>
internal sealed class InboxPruning(NpgsqlDataSource database, IOptions<InboxOptions> options, ILogger<InboxPruning> logger)
    : RepeatingService("Pruning the inbox", logger)
{
    private const int BatchSize = 1_000;

    // About 30,000 rows.
    private const int PagesAtATime = 256;

    private const string SizeSql = "SELECT pg_relation_size('inbox') / current_setting('block_size')::bigint";

    private const string DeleteSql = """
        DELETE FROM inbox WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM inbox WHERE ctid >= $1 AND ctid < $2 AND handled_at < now() - $3 LIMIT $4 FOR UPDATE SKIP LOCKED))
        """;

    // Between batches, so that other statements are not held up.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc />
    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        var removed = await PruneAsync(stoppingToken);
        if (removed > 0)
            logger.LogInformation("Removed {Count} messages from the inbox that were handled more than {Age} ago", removed, options.Value.KeepFor);
        return options.Value.PruneEvery;
    }

    private async Task<long> PruneAsync(CancellationToken cancellationToken)
    {
        await using var size = database.CreateCommand(SizeSql);
        var pages = (long)(await size.ExecuteScalarAsync(cancellationToken))!;
        var removed = 0L;
        for (var page = 0L; page < pages;)
        {
            var batch = await DeleteAsync((uint)page, cancellationToken);
            removed += batch;
            if (batch < BatchSize)
                page += PagesAtATime;
            if (batch > 0)
                await Task.Delay(Pause, cancellationToken);
        }
        return removed;
    }

    private async Task<int> DeleteAsync(uint page, CancellationToken cancellationToken)
    {
        await using var delete = database.CreateCommand(DeleteSql);
        delete.Parameters.Add(new() { Value = new NpgsqlTid(page, 0), NpgsqlDbType = NpgsqlDbType.Tid });
        delete.Parameters.Add(new() { Value = new NpgsqlTid(page + PagesAtATime, 0), NpgsqlDbType = NpgsqlDbType.Tid });
        delete.Parameters.Add(new() { Value = options.Value.KeepFor });
        delete.Parameters.Add(new() { Value = BatchSize });
        return await delete.ExecuteNonQueryAsync(cancellationToken);
    }
}
