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
