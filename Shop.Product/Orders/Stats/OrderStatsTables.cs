using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Product.Orders.Stats;

/// <summary>How often, of the orders that were placed in an hour, something has happened since. Like the other classes here it exists for EF Core's migrations.</summary>
public sealed class OrderHour
{
    /// <summary>The hour in which the orders were placed, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>What happened, as in the history of an order.</summary>
    public required string Status { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>The money: what was given back for a refund, the orders' totals for everything else.</summary>
    public required decimal Amount { get; init; }
}

/// <summary>How long the orders that were placed in an hour took until they were paid.</summary>
public sealed class PaidTime
{
    /// <summary>The hour in which the orders were placed, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>How long, by <see cref="PaidTimes"/>.</summary>
    public required int Bucket { get; init; }

    /// <summary>How many orders.</summary>
    public required long Count { get; init; }
}

/// <summary>Up to where the history of all orders is counted: one row.</summary>
public sealed class OrderStatsPosition
{
    /// <summary>1.</summary>
    public required int Id { get; init; }

    /// <summary>What this and later transactions have written is not counted yet.</summary>
    public required ulong Transaction { get; init; }
}

/// <summary>Durations in classes, each a tenth longer than the one before it: a percentile read from them is at most a twentieth off.</summary>
public static class PaidTimes
{
    private const double Growth = 1.1;

    /// <summary>The SQL of the class of an interval; of less than a millisecond it is 0.</summary>
    public static string Bucket(string interval) => FormattableString.Invariant($"floor(ln(greatest(extract(epoch FROM {interval}) * 1000, 1)) / ln({Growth}))::int");

    /// <summary>The duration that a share of the orders did not exceed; null without orders.</summary>
    /// <param name="counts">How many orders each class has.</param>
    /// <param name="share">0.5 for the median.</param>
    public static TimeSpan? Percentile(IEnumerable<KeyValuePair<int, long>> counts, double share)
    {
        var ascending = counts.OrderBy(count => count.Key).ToList();
        var rank = share * ascending.Sum(count => count.Value);
        var seen = 0L;
        foreach (var (bucket, count) in ascending)
        {
            seen += count;
            if (seen >= rank)
                return TimeSpan.FromMilliseconds(Math.Pow(Growth, bucket + 0.5));
        }
        return null;
    }
}

internal sealed class OrderHourConfiguration : IEntityTypeConfiguration<OrderHour>
{
    public void Configure(EntityTypeBuilder<OrderHour> hour)
    {
        hour.ToTable("order_stats");
        hour.HasKey(x => new { x.Hour, x.Currency, x.Status });
        hour.Property(x => x.Currency).HasColumnType("char(3)");
        hour.Property(x => x.Status).HasMaxLength(20);
        hour.Property(x => x.Amount).HasColumnType("numeric(18,2)");
    }
}

internal sealed class PaidTimeConfiguration : IEntityTypeConfiguration<PaidTime>
{
    public void Configure(EntityTypeBuilder<PaidTime> time)
    {
        time.ToTable("order_paid_times");
        time.HasKey(x => new { x.Hour, x.Bucket });
    }
}

internal sealed class OrderStatsPositionConfiguration : IEntityTypeConfiguration<OrderStatsPosition>
{
    public void Configure(EntityTypeBuilder<OrderStatsPosition> position)
    {
        position.ToTable("order_stats_position");
        position.Property(x => x.Id).ValueGeneratedNever();
        position.Property(x => x.Transaction).HasColumnType("xid8");
    }
}
