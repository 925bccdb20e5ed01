using Shop.Admin.Audit;
using Shop.Admin.Payments;
using Shop.Admin.Services;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Lists;

namespace Shop.Admin.Orders;

/// <summary>Something that happened to an order, wherever it is recorded.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="What">In a few words.</param>
/// <param name="Detail">What else there is to say; null: nothing.</param>
/// <param name="IsBad">Whether it went wrong.</param>
public sealed record TimelineEntry(DateTimeOffset At, string What, string? Detail = null, bool IsBad = false);

/// <summary>Puts together what Product, Payment and Auth know of an order.</summary>
public sealed class OrderTimeline(PaymentApi payment, AuthApi auth, Staff staff)
{
    /// <summary>All of it, the first thing first, as far as the caller may see it and the services can be reached; and the names of those that cannot.</summary>
    public async Task<(IReadOnlyList<TimelineEntry> Entries, IReadOnlyList<string> Away)> ReadAsync(Order order)
    {
        var (entries, away) = (new List<TimelineEntry>(), new List<string>());
        entries.AddRange(order.History.Select(entry => new TimelineEntry(
            entry.At, Name(entry.Status), string.Join(", ", new[] { entry.Amount?.ToString(), entry.Reason }.OfType<string>()), entry.Status is "declined" or "expired")));
        entries.AddRange((order.Notes ?? []).Select(note => new TimelineEntry(note.At, $"Note by {note.AuthorName}", note.Text)));
        if (await staff.MayAsync(Permissions.PaymentsRead))
        {
            if (await Asking.OrNullAsync(payment.SendAsync<Page<GatewayCall>>(HttpMethod.Get, $"/payments/{order.Id}/ledger?limit=100")) is { } ledger)
                entries.AddRange((ledger.Value?.Items ?? []).Select(Entry));
            else
                away.Add("Payment");
        }
        if (await staff.MayAsync(Permissions.UsersManage))
        {
            if (await Asking.OrNullAsync(auth.SendAsync<Page<AuditRecord>>(HttpMethod.Get, $"/audit?subject={order.Id}&limit=100")) is { } audit)
                entries.AddRange((audit.Value?.Items ?? []).Where(record => record.Action is not "order.note")
                    .Select(record => new TimelineEntry(record.At, $"{record.Action} by {record.Who}", record.Detail, record.Outcome is not "ok")));
            else
                away.Add("Auth");
        }
        return ([.. entries.OrderBy(entry => entry.At)], away);
    }

    private static TimelineEntry Entry(GatewayCall call) => new(
        call.At, $"Gateway asked to {call.Kind} {call.Amount}", call.Answer is null ? "no answer came" : $"{call.Answer.Replace('-', ' ')} {call.Detail}".Trim(),
        call.Answer is null or "declined" or "refused");

    private static string Name(string status) => status switch
    {
        "pending" => "Placed",
        "partly-refunded" => "Refunded in part",
        _ => char.ToUpperInvariant(status[0]) + status[1..],
    };
}
