namespace Shop.Web.Checkout;

/// <summary>The cards of the simulated payment provider: each shows one thing that can happen to a payment.</summary>
internal static class TestCards
{
    /// <summary>The token of each card, what it is called, and what it does.</summary>
    public static readonly IReadOnlyList<(string Token, string Name, string Effect)> All =
    [
        ("tok_visa", "Card that pays", "The payment succeeds."),
        ("tok_3ds", "Card whose bank asks", "You confirm the payment on your bank's page."),
        ("tok_declined", "Card that is declined", "The bank says no."),
        ("tok_insufficient_funds", "Card without money", "The bank says that there is not enough on the account."),
        ("tok_flaky", "Card with a bad line", "The bank answers at the third attempt."),
        ("tok_timeout", "Card whose bank never answers", "The order waits, and is cancelled in the end."),
    ];
}
