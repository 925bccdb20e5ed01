using Shop.Payment.Gateways;

namespace Shop.Tests.Services.Payment;

/// <summary>What a test does between the steps of a payment, the next time that it comes there; nothing unless it is set.</summary>
internal sealed class GatewaySteps
{
    private Func<Task>? _beforeCharge, _afterCharge, _afterVoid, _afterRefund;

    /// <summary>The intent is recorded, the gateway has not been asked.</summary>
    public Func<Task> BeforeCharge { set => _beforeCharge = value; }

    /// <summary>The gateway has answered, its answer is not recorded.</summary>
    public Func<Task> AfterCharge { set => _afterCharge = value; }

    /// <summary>As with the charge.</summary>
    public Func<Task> AfterVoid { set => _afterVoid = value; }

    /// <summary>As with the charge.</summary>
    public Func<Task> AfterRefund { set => _afterRefund = value; }

    public Task<T> ChargeAsync<T>(Func<Task<T>> ask) => RunAsync(Take(ref _beforeCharge), ask, () => Take(ref _afterCharge));

    public Task<T> VoidAsync<T>(Func<Task<T>> ask) => RunAsync(null, ask, () => Take(ref _afterVoid));

    public Task<T> RefundAsync<T>(Func<Task<T>> ask) => RunAsync(null, ask, () => Take(ref _afterRefund));

    private static async Task<T> RunAsync<T>(Func<Task>? before, Func<Task<T>> ask, Func<Func<Task>?> after)
    {
        if (before is not null)
            await before();
        var answer = await ask();
        if (after() is { } then)
            await then();
        return answer;
    }

    /// <summary>Once: what comes to the same step meanwhile passes.</summary>
    private static Func<Task>? Take(ref Func<Task>? step) => Interlocked.Exchange(ref step, null);
}

/// <summary>A gateway that a test can stop just before and just after each call.</summary>
internal sealed class SteppedGateway(IPaymentGateway gateway, GatewaySteps steps) : IPaymentGateway
{
    public string Name => gateway.Name;

    public Task<ChargeAnswer> ChargeAsync(ChargeRequest request, CancellationToken cancellationToken) =>
        steps.ChargeAsync(() => gateway.ChargeAsync(request, cancellationToken));

    public Task<ChargeAnswer> VoidAsync(ChargeRequest request, CancellationToken cancellationToken) =>
        steps.VoidAsync(() => gateway.VoidAsync(request, cancellationToken));

    public Task<RefundAnswer> RefundAsync(RefundRequest request, CancellationToken cancellationToken) =>
        steps.RefundAsync(() => gateway.RefundAsync(request, cancellationToken));
}
