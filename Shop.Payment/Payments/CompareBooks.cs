using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Shop.Payment.Gateways;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Errors;

namespace Shop.Payment.Payments;

/// <summary><c>GET /payments/books</c>: what the simulated gateway has in its own books against the payments of some days.</summary>
public static class CompareBooks
{
    /// <summary>How many differences are listed.</summary>
    private const int Most = 100;

    /// <summary>So many days at most: all of their payments are read.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(92);

    // What the gateway is being asked about is no difference yet. A charge without a payment is one that nobody was told of.
    private const string DifferencesSql = """
        SELECT * FROM (
            SELECT p.order_id,
                CASE WHEN p.status IN ('declined', 'cancelled') THEN 'charged-but-' || p.status
                    WHEN c.reference IS NULL THEN 'never-charged'
                    WHEN c.reference <> p.reference OR c.amount <> p.amount OR c.currency <> p.currency THEN 'charged-otherwise'
                    ELSE 'refunded-otherwise' END,
                p.amount, p.refunded, p.currency, CASE WHEN c.reference IS NOT NULL THEN c.amount END, CASE WHEN c.reference IS NOT NULL THEN c.refunded END, c.currency
            FROM payments p LEFT JOIN gateway.charges c ON c.order_id = p.order_id
            WHERE p.gateway = $3 AND p.created_at >= $1 AND p.created_at < $2 AND CASE
                WHEN p.status IN ('pending', 'unknown') THEN false
                WHEN p.status IN ('declined', 'cancelled') THEN c.reference IS NOT NULL
                ELSE (c.reference = p.reference AND c.amount = p.amount AND c.currency = p.currency
                    AND c.refunded BETWEEN p.refunded AND p.refunded + p.refunding) IS NOT TRUE END
            UNION ALL
            SELECT c.order_id, 'unknown-here', NULL, NULL, NULL, c.amount, c.refunded, c.currency FROM gateway.charges c
            WHERE c.at >= $1 AND c.at < $2 AND c.reference IS NOT NULL AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = c.order_id)) AS differences
        LIMIT $4
        """;

    private const string TotalsSql = """
        SELECT p.currency, count(*), count(*) FILTER (WHERE p.status IN ('pending', 'unknown')), count(c.reference),
            count(*) FILTER (WHERE c.reference IS NOT NULL AND c.calls > 1), coalesce(sum(c.amount) FILTER (WHERE c.reference IS NOT NULL), 0), coalesce(sum(c.refunded), 0)
        FROM payments p LEFT JOIN gateway.charges c ON c.order_id = p.order_id
        WHERE p.gateway = $3 AND p.created_at >= $1 AND p.created_at < $2
        GROUP BY p.currency ORDER BY p.currency
        """;

    /// <summary>Maps it.</summary>
    public static void MapBooks(this IEndpointRouteBuilder app) => app.MapGet("/payments/books", Endpoint).WithName("CompareBooks").WithTags("Payments")
        .RequirePermission(Permissions.PaymentsRead)
        .WithSummary("The gateway's own books against the payments that arrived from..to (the last 7 days): what was charged and given back, and where they do not agree")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<BooksView>, ProblemHttpResult>> Endpoint(
        [FromQuery(Name = "from")] DateTimeOffset? since, [FromQuery(Name = "to")] DateTimeOffset? until, IPaymentGateway gateway, NpgsqlDataSource database,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var to = until ?? clock.GetUtcNow();
        // Far from the ends of time, so that days can be taken from it.
        if (to.Year is < 2000 or > 9000)
            return Problems.Validation(new Dictionary<string, string[]> { ["to"] = ["Must be a time of this millennium."] });
        var from = since ?? to.AddDays(-7);
        if (to <= from || to - from > Longest)
            return Problems.Validation(new Dictionary<string, string[]> { ["to"] = [$"Must be after from, by {Longest.TotalDays:0} days at most."] });

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var totals = new List<BooksTotal>();
        await using (var sum = Command(TotalsSql, connection, from, to, gateway.Name))
        await using (var reader = await sum.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var currency = reader.GetString(0);
                totals.Add(new(
                    reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                    new Money(reader.GetDecimal(5), currency), new Money(reader.GetDecimal(6), currency)));
            }
        }
        var differences = new List<BooksDifference>();
        await using (var compare = Command(DifferencesSql, connection, from, to, gateway.Name))
        {
            compare.Parameters.Add(new() { Value = Most + 1 });
            await using var reader = await compare.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                differences.Add(new(reader.GetGuid(0), reader.GetString(1), Amount(reader, 2, 4), Amount(reader, 3, 4), Amount(reader, 5, 7), Amount(reader, 6, 7)));
        }
        return TypedResults.Ok(new BooksView(gateway.Name, totals, [.. differences.Take(Most)], differences.Count > Most));
    }

    private static NpgsqlCommand Command(string sql, NpgsqlConnection connection, DateTimeOffset from, DateTimeOffset to, string gateway) =>
        new(sql, connection) { Parameters = { new() { Value = from.ToUniversalTime() }, new() { Value = to.ToUniversalTime() }, new() { Value = gateway } } };

    private static Money? Amount(NpgsqlDataReader reader, int amount, int currency) =>
        reader.IsDBNull(amount) ? null : new Money(reader.GetDecimal(amount), reader.GetString(currency));
}

/// <summary>The gateway's books against the payments.</summary>
/// <param name="Gateway">Whose books.</param>
/// <param name="Totals">For each currency.</param>
/// <param name="Differences">Where they do not agree, the first 100; empty: nowhere.</param>
/// <param name="More">Whether there are more.</param>
public sealed record BooksView(string Gateway, IReadOnlyList<BooksTotal> Totals, IReadOnlyList<BooksDifference> Differences, bool More);

/// <summary>All payments of the days in one currency.</summary>
/// <param name="Payments">How many.</param>
/// <param name="Open">How many of them the gateway has yet to answer about.</param>
/// <param name="Charged">How many the gateway has charged.</param>
/// <param name="AskedAgain">How many of these it was asked for more than once, and charged once.</param>
/// <param name="Taken">What it has charged.</param>
/// <param name="GivenBack">What it has given back of that.</param>
public sealed record BooksTotal(long Payments, long Open, long Charged, long AskedAgain, Money Taken, Money GivenBack);

/// <summary>An order about which the two do not agree.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Kind"><c>never-charged</c>, <c>charged-otherwise</c>, <c>refunded-otherwise</c>, <c>charged-but-declined</c>, <c>charged-but-cancelled</c> or <c>unknown-here</c>.</param>
/// <param name="Paid">What was to be paid; null: there is no such payment.</param>
/// <param name="Refunded">What was given back of it; null: there is no such payment.</param>
/// <param name="Charged">What the gateway has charged; null: nothing.</param>
/// <param name="GivenBack">What it has given back; null: nothing was charged.</param>
public sealed record BooksDifference(Guid OrderId, string Kind, Money? Paid, Money? Refunded, Money? Charged, Money? GivenBack);
