using Shop.Admin.Services;
using Shop.ServiceDefaults.Lists;
using Shop.Site.Services;

namespace Shop.Admin.Messages;

/// <summary>A message that could not be handled.</summary>
public sealed record DeadLetter(Guid Id, string Queue, string? MessageId, string? Type, string Reason, DateTimeOffset DiedAt, int Deaths, string Body, bool BodyCut);

/// <summary>Events that wait to be published.</summary>
/// <param name="Waiting">How many; up to 10,000 are counted.</param>
/// <param name="OldestAt">Since when the oldest waits, UTC; null: none does.</param>
public sealed record OutboxState(int Waiting, DateTimeOffset? OldestAt);

/// <summary>A queue that a service consumes.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Consumers">How many replicas consume it; null while the broker is away.</param>
/// <param name="Waiting">How many messages wait in it; null while the broker is away.</param>
/// <param name="Retrying">How many messages are being retried.</param>
public sealed record Consumer(string Queue, long? Consumers, long? Waiting, int Retrying)
{
    /// <summary>How it is doing, in words.</summary>
    public string Words => Consumers is null ? "the broker is away" : (Consumers is 0 ? "nobody consumes it" : Retrying > 0 ? $"{Retrying} being retried" : "consumed")
        + (Waiting is > 0 ? $", {Waiting} waiting" : "");

    /// <summary>The class of its badge.</summary>
    public string Tone => Consumers is null or 0 ? "bad" : Retrying > 0 ? "warn" : "good";
}

/// <summary>The dead letters of the services that have some.</summary>
public sealed class DeadLetters(ProductApi product, PaymentApi payment, AuthApi auth)
{
    /// <summary>The services that consume messages.</summary>
    public static readonly IReadOnlyList<string> Services = ["product", "payment", "auth"];

    /// <summary>A page of a service's, the latest first; null while it is away.</summary>
    public Task<Page<DeadLetter>?> ListAsync(string service, string? after, int limit = 50) => Asking.OrNullAsync(
        Of(service).GetAsync<Page<DeadLetter>>(Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("/dead-letters", new Dictionary<string, string?>
        {
            ["after"] = after,
            ["limit"] = limit.ToString(System.Globalization.CultureInfo.InvariantCulture),
        }.Where(part => !string.IsNullOrEmpty(part.Value))))!)!;

    /// <summary>Sends it again, or forgets it. A colleague may have done so a moment before: that is no error.</summary>
    /// <returns>Whether it was still there.</returns>
    public async Task<bool> ActAsync(string service, Guid letter, bool replay)
    {
        var answer = await Of(service).SendAsync<DeadLetter>(replay ? HttpMethod.Post : HttpMethod.Delete, $"/dead-letters/{letter}" + (replay ? "/replay" : ""));
        return answer.Done;
    }

    /// <summary>What of a service's events waits to be published; null while it is away.</summary>
    public Task<OutboxState?> OutboxAsync(string service) => Asking.OrNullAsync<OutboxState?>(Of(service).GetAsync<OutboxState>("/outbox")!);

    /// <summary>The queues that a service consumes; null while it is away.</summary>
    public Task<Page<Consumer>?> ConsumersAsync(string service) => Asking.OrNullAsync<Page<Consumer>?>(Of(service).GetAsync<Page<Consumer>>("/consumers")!);

    private ServiceApi Of(string service) => service switch { "payment" => payment, "auth" => auth, _ => product };
}
