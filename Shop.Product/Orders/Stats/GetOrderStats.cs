using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.Messaging.Database;

namespace Shop.Product.Orders.Stats;

/// <summary><c>GET /stats/orders</c>: what became of the orders that were placed in each hour or day, from what <see cref="KeepOrderStats"/> has counted.</summary>
internal static class GetOrderStats
{
    /// <summary>All periods from the first to the last, those without orders, too.</summary>
    public static async Task<Ok<OrderStats>> HandleAsync(
        [AsParameters] OrderStatsQuery query, NpgsqlDataSource database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (from, to) = query.Range(clock.GetUtcNow());
        var all = new Tally();
        var periods = new SortedDictionary<DateTimeOffset, Tally>();
        for (var at = from; at < to; at += query.Period)
            periods.Add(at, new Tally());

        await using (var rows = await database.ReadPreparedAsync(
            "SELECT hour, currency, status, count, amount FROM order_stats WHERE hour >= $1 AND hour < $2", [from, to], cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                foreach (var tally in (Tally[])[all, PeriodOf(rows.GetFieldValue<DateTimeOffset>(0))])
                    tally.Add(rows.GetString(1), rows.GetString(2), rows.GetInt64(3), rows.GetDecimal(4));
        }
        await using (var rows = await database.ReadPreparedAsync(
            "SELECT hour, bucket, count FROM order_paid_times WHERE hour >= $1 AND hour < $2", [from, to], cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                foreach (var tally in (Tally[])[all, PeriodOf(rows.GetFieldValue<DateTimeOffset>(0))])
                    tally.AddTime(rows.GetInt32(1), rows.GetInt64(2));
        }
        return TypedResults.Ok(new OrderStats(query.By, from, to, all.ToView(from), [.. periods.Select(period => period.Value.ToView(period.Key))]));

        Tally PeriodOf(DateTimeOffset hour) => periods[from + query.Period * Math.Floor((hour - from) / query.Period)];
    }

    private sealed class Tally
    {
        private readonly Dictionary<string, long> _counts = [];
        private readonly SortedDictionary<string, decimal> _revenue = new(StringComparer.Ordinal);
        private readonly Dictionary<int, long> _times = [];

        public void Add(string currency, string status, long count, decimal amount)
        {
            _counts[status] = Count(status) + count;
            var sign = status switch { "paid" => 1, "refunded" or OnPayment.PartlyRefunded => -1, _ => 0 };
            if (sign != 0)
                _revenue[currency] = _revenue.GetValueOrDefault(currency) + sign * amount;
        }

        public void AddTime(int bucket, long count) => _times[bucket] = _times.GetValueOrDefault(bucket) + count;

        public OrderPeriod ToView(DateTimeOffset at)
        {
            var placed = Count("pending");
            var outcomes = new OrderOutcomes(
                Pending: placed - Count("paid") - Count("declined") - Count("cancelled") - Count("expired"),
                Paid: Count("paid") - Count("refunded"), Declined: Count("declined"), Cancelled: Count("cancelled"), Expired: Count("expired"),
                Refunded: Count("refunded"));
            return new(
                at, placed, [.. _revenue.Select(sum => new Money(sum.Value, sum.Key))], outcomes, Count(FulfilmentView.Shipped),
                PaidTimes.Percentile(_times, 0.5) is { } p50 && PaidTimes.Percentile(_times, 0.95) is { } p95
                    ? new(Math.Round(p50.TotalSeconds, 4), Math.Round(p95.TotalSeconds, 4)) : null);
        }

        private long Count(string status) => _counts.GetValueOrDefault(status);
    }
}

/// <summary>Which orders are counted.</summary>
/// <param name="From">Placed then or later; null: 24 hours or 30 days ago.</param>
/// <param name="To">Placed before then; null: now.</param>
/// <param name="PeriodName"><c>hour</c> or <c>day</c>, UTC; null: hours.</param>
public sealed record OrderStatsQuery(
    [FromQuery(Name = "from")] DateTimeOffset? From, [FromQuery(Name = "to")] DateTimeOffset? To, [FromQuery(Name = "by")] string? PeriodName) : IValidatableObject
{
    private const int MostHours = 31 * 24;
    private const int MostDays = 2 * 366;

    internal string By => PeriodName ?? "hour";

    internal TimeSpan Period => By == "day" ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1);

    /// <summary>Whole periods, UTC: the first begins at, or before, the time that was asked for, the last ends at or after it.</summary>
    internal (DateTimeOffset From, DateTimeOffset To) Range(DateTimeOffset now)
    {
        var to = Up(To?.ToUniversalTime() ?? now);
        return (Down(From?.ToUniversalTime() ?? to - (By == "day" ? 30 : 24) * Period), to);
    }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (By is not ("hour" or "day"))
            yield return new("Must be hour or day.", ["by"]);
        // Far from the ends of time, so that a period can be added.
        else if (From is { Year: < 2000 or > 9000 } || To is { Year: < 2000 or > 9000 })
            yield return new("Must be a time of this millennium.", [From is { Year: < 2000 or > 9000 } ? "from" : "to"]);
        else
        {
            var (from, to) = Range(DateTimeOffset.UtcNow);
            var most = By == "day" ? MostDays : MostHours;
            if (from >= to)
                yield return new("Must be before 'to'.", ["from"]);
            else if ((to - from) / Period > most)
                yield return new($"Must be at most {most} {By}s before 'to'.", ["from"]);
        }
    }

    private DateTimeOffset Down(DateTimeOffset time) => new(time.Ticks - time.Ticks % Period.Ticks, TimeSpan.Zero);

    private DateTimeOffset Up(DateTimeOffset time) => Down(time) == time ? time : Down(time) + Period;
}

/// <summary>What became of orders, a period each; a second old at most, unless a transaction runs for long.</summary>
/// <param name="By">The length of a period: hour or day.</param>
/// <param name="From">When the first period begins, UTC.</param>
/// <param name="To">When the last period ends, UTC.</param>
/// <param name="Total">All periods together.</param>
/// <param name="Items">Each period, the first one first.</param>
public sealed record OrderStats(string By, DateTimeOffset From, DateTimeOffset To, OrderPeriod Total, IReadOnlyList<OrderPeriod> Items);

/// <summary>What became of the orders that were placed in a period.</summary>
/// <param name="At">When it begins, UTC.</param>
/// <param name="Count">How many were placed.</param>
/// <param name="Revenue">What they have brought: what was paid without what was given back, in each currency.</param>
/// <param name="Outcomes">Where they stand.</param>
/// <param name="Shipped">How many are on their way.</param>
/// <param name="TimeToPaid">How long those that were paid took for it; left out: none was.</param>
public sealed record OrderPeriod(
    DateTimeOffset At, long Count, IReadOnlyList<Money> Revenue, OrderOutcomes Outcomes, long Shipped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TimeToPaid? TimeToPaid);

/// <summary>How many orders stand where.</summary>
/// <param name="Pending">Not settled.</param>
/// <param name="Paid">Paid.</param>
/// <param name="Declined">Declined.</param>
/// <param name="Cancelled">Cancelled.</param>
/// <param name="Expired">Not paid in time.</param>
/// <param name="Refunded">Paid, and all of it given back.</param>
public sealed record OrderOutcomes(long Pending, long Paid, long Declined, long Cancelled, long Expired, long Refunded);

/// <summary>How long orders took from being placed to being paid, in seconds, within a twentieth.</summary>
/// <param name="P50">Half of them took no longer.</param>
/// <param name="P95">19 of 20 took no longer.</param>
public sealed record TimeToPaid(double P50, double P95);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderStats))]
internal sealed partial class StatsJson : JsonSerializerContext;
