using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Auth.Audit;

/// <summary>How long audit records are kept. From <c>Audit</c>.</summary>
internal sealed class AuditOptions
{
    /// <summary>Half a year: incidents are often discovered late, but people's addresses should not be kept for ever.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(180);

    /// <summary>How often older records are removed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan PruneEvery { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>Removes expired records, in batches so that no lock is held for long.</summary>
internal sealed class AuditPruning(
    IServiceScopeFactory scopes, IOptions<AuditOptions> options, TimeProvider clock, ILogger<AuditPruning> logger)
    : RepeatingService("Pruning the audit", logger, clock, firstPause: options.Value.PruneEvery)
{
    private const int Batch = 1000;

    protected override async Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
    {
        await PruneAsync(stoppingToken);
        return options.Value.PruneEvery;
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = scope.ServiceProvider.GetRequiredService<AuthDb>().Set<AuditRow>();
        var before = Clock.GetUtcNow() - options.Value.KeepFor;
        while (await rows.Where(row => rows.Where(old => old.At < before).OrderBy(old => old.At).Take(Batch).Select(old => old.Id).Contains(row.Id))
            .ExecuteDeleteAsync(cancellationToken) == Batch)
        {
        }
    }
}
