using Shop.Admin.Services;

namespace Shop.Admin.Payments;

/// <summary>A payment, as Payment tells staff.</summary>
public sealed record Payment(
    Guid OrderId, string Status, Money Amount, string Gateway, string? Reference, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Attempts,
    Money? Refunded, Money? Refunding)
{
    /// <summary>What can still be given back.</summary>
    public Money Left => Amount with { Amount = Amount.Amount - (Refunded?.Amount ?? 0) - (Refunding?.Amount ?? 0) };

    /// <summary>The class of its badge.</summary>
    public string Tone => Status switch { "paid" => "good", "unknown" or "pending" or "refunding" or "action-required" => "warn", "declined" => "bad", _ => "" };
}

/// <summary>A call to the gateway.</summary>
public sealed record GatewayCall(Guid Id, string Kind, Money Amount, DateTimeOffset At, string? Answer, string? Detail, DateTimeOffset? AnsweredAt);

/// <summary>The gateway's books against the payments.</summary>
public sealed record Books(IReadOnlyList<BooksTotal> Totals, IReadOnlyList<BooksDifference> Differences, bool More);

/// <summary>The payments in one currency.</summary>
public sealed record BooksTotal(long Payments, long Open, long Charged, long AskedAgain, Money Taken, Money GivenBack);

/// <summary>An order about which the two do not agree.</summary>
public sealed record BooksDifference(Guid OrderId, string Kind, Money? Paid, Money? Refunded, Money? Charged, Money? GivenBack)
{
    /// <summary>What is wrong, in words.</summary>
    public string Words => Kind switch
    {
        "never-charged" => "Paid here, never charged",
        "charged-otherwise" => "Charged otherwise",
        "refunded-otherwise" => "Given back otherwise",
        "charged-but-declined" => "Declined here, but charged",
        "charged-but-cancelled" => "Cancelled here, but charged",
        "unknown-here" => "Charged, and unknown here",
        _ => Kind,
    };
}
