using Shop.ServiceDefaults;

namespace Shop.Payment.Gateways;

/// <summary>
/// Moves money. The order's id is the idempotency key of a charge, the refund's that of a refund: a repeated call, by any replica and after any crash, moves
/// nothing more and gets the same answer. That is also how an unknown outcome is found out later.
/// </summary>
/// <remarks>
/// All calls throw <see cref="ServiceDefaults.Errors.UnavailableException"/> (or a network failure) when no answer came through, and
/// <see cref="OperationCanceledException"/> when the caller gave up: what happened at the gateway is then unknown.
/// </remarks>
public interface IPaymentGateway
{
    /// <summary>Its name in payments and events.</summary>
    string Name { get; }

    /// <summary>Charges an order.</summary>
    Task<ChargeAnswer> ChargeAsync(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure that an order is never charged. <see cref="Declined"/> when it has not been and, from now on, cannot be, even if a call to charge it is on its
    /// way; <see cref="Charged"/> when it is too late.
    /// </summary>
    Task<ChargeAnswer> VoidAsync(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>Gives back the amount of a charge, or a part of it.</summary>
    Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken);
}

/// <summary>What is to be charged.</summary>
/// <param name="OrderId">The order, and the idempotency key.</param>
/// <param name="Amount">How much.</param>
/// <param name="Token">The gateway's token for the customer's means of payment.</param>
public sealed record ChargeRequest(Guid OrderId, Money Amount, string Token);

/// <summary>What the gateway said about a charge: for good, unless it says that the customer has to act.</summary>
/// <param name="At">When it decided, UTC.</param>
public abstract record ChargeAnswer(DateTimeOffset At);

/// <summary>The money is taken.</summary>
/// <param name="Reference">The gateway's name for the charge.</param>
/// <param name="At">When, UTC.</param>
public sealed record Charged(string Reference, DateTimeOffset At) : ChargeAnswer(At);

/// <summary>The money is not taken yet: the customer has to answer their bank. Asked again later, the gateway says what has come of it.</summary>
/// <param name="Url">The page of the bank.</param>
/// <param name="At">When, UTC.</param>
public sealed record ActionRequired(Uri Url, DateTimeOffset At) : ChargeAnswer(At);

/// <summary>The money is not taken and will not be.</summary>
/// <param name="Reason">Why, as a code.</param>
/// <param name="At">When, UTC.</param>
public sealed record Declined(string Reason, DateTimeOffset At) : ChargeAnswer(At)
{
    /// <summary>The reason of a charge that was voided before it was made.</summary>
    public const string Voided = "voided";
}

/// <summary>What is to be given back.</summary>
/// <param name="Id">The refund, and the idempotency key.</param>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">How much.</param>
/// <param name="IsWhole">Whether that is all that was charged.</param>
/// <param name="Reference">The gateway's name for the charge.</param>
public sealed record RefundRequest(Guid Id, Guid OrderId, Money Amount, bool IsWhole, string Reference);

/// <summary>What the gateway said about a refund, for good.</summary>
/// <param name="At">When it decided, UTC.</param>
public abstract record RefundAnswer(DateTimeOffset At);

/// <summary>The money is on its way back.</summary>
/// <param name="At">When, UTC.</param>
public sealed record Refunded(DateTimeOffset At) : RefundAnswer(At);

/// <summary>The gateway does not give it back; staff has to act.</summary>
/// <param name="Reason">Why, as a code.</param>
/// <param name="At">When, UTC.</param>
public sealed record RefundRefused(string Reason, DateTimeOffset At) : RefundAnswer(At);
