using Shop.ServiceDefaults;

namespace Shop.Payment.Gateways;

/// <summary>Whoever moves the money.</summary>
public interface IPaymentGateway
{
    /// <summary>Its name in payments and events.</summary>
    string Name { get; }

    /// <summary>Charges an order. Its id is the idempotency key: asked again, the gateway charges nothing more and answers the same.</summary>
    /// <exception cref="Messaging.TransientException">No answer came through; whether the order was charged is not known. Ask again.</exception>
    /// <exception cref="OperationCanceledException">The caller waited no longer; whether the order was charged is not known.</exception>
    Task<ChargeAnswer> ChargeAsync(ChargeRequest request, CancellationToken cancellationToken);
}

/// <summary>What is to be charged.</summary>
/// <param name="OrderId">The order, and the idempotency key.</param>
/// <param name="Amount">How much.</param>
/// <param name="Token">The gateway's token for the customer's means of payment.</param>
public sealed record ChargeRequest(Guid OrderId, Money Amount, string Token);

/// <summary>What the gateway said, for good.</summary>
/// <param name="At">When it decided, UTC.</param>
public abstract record ChargeAnswer(DateTimeOffset At);

/// <summary>The money is taken.</summary>
/// <param name="Reference">The gateway's name for the charge.</param>
/// <param name="At">When, UTC.</param>
public sealed record Charged(string Reference, DateTimeOffset At) : ChargeAnswer(At);

/// <summary>The money is not taken and will not be.</summary>
/// <param name="Reason">Why, as a code.</param>
/// <param name="At">When, UTC.</param>
public sealed record Declined(string Reason, DateTimeOffset At) : ChargeAnswer(At);
