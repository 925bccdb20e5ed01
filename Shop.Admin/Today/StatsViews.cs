using Shop.Admin.Services;

namespace Shop.Admin.Today;

/// <summary>What became of orders, as Product has counted.</summary>
public sealed record OrderStats(string By, DateTimeOffset From, DateTimeOffset To, OrderPeriod Total, IReadOnlyList<OrderPeriod> Items);

/// <summary>What became of the orders of an hour or a day.</summary>
public sealed record OrderPeriod(DateTimeOffset At, long Count, IReadOnlyList<Money> Revenue, OrderOutcomes Outcomes, long Shipped, TimeToPaid? TimeToPaid);

/// <summary>How many stand where.</summary>
public sealed record OrderOutcomes(long Pending, long Paid, long Declined, long Cancelled, long Expired, long Refunded)
{
    /// <summary>By name, those that have come to something first.</summary>
    public IReadOnlyList<(string Name, long Count)> All =>
        [("paid", Paid), ("refunded", Refunded), ("declined", Declined), ("cancelled", Cancelled), ("expired", Expired), ("pending", Pending)];
}

/// <summary>How long it took until they were paid, in seconds.</summary>
public sealed record TimeToPaid(double P50, double P95);

/// <summary>Products with little or no stock.</summary>
public sealed record StockStats(int Low, int SoldOut, IReadOnlyList<LowProduct> Items);

/// <summary>A product with little or no stock.</summary>
public sealed record LowProduct(Guid Id, string Name, int Stock);
