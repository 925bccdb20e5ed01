using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;

namespace Shop.Shoppers;

/// <summary>Sends shoppers into the store at a steady rate. A shopper who is still inside is not sent again, so a store that is away gets no growing load.</summary>
internal sealed class Street(Store store, IOptions<ShoppersOptions> options, ILogger<Shopper> shoppersLogger, ILogger<Street> logger) : BackgroundService
{
    private static readonly string[] Names =
        ["Ada", "Alan", "Barbara", "Charles", "Donald", "Edsger", "Frances", "Grace", "Hedy", "John", "Karen", "Leslie", "Margaret", "Niklaus", "Radia", "Tony"];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outside = new Queue<Shopper>(Enumerable.Range(0, options.Value.People)
            .Select(n => new Shopper(store, Names[n % Names.Length], shoppersLogger)));
        var inside = new List<Task<Shopper>>();
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1) / options.Value.PerMinute);
        logger.LogInformation("{PerMinute} visits a minute, by {People} people", options.Value.PerMinute, options.Value.People);
        try
        {
            do
            {
                foreach (var visit in inside.Where(visit => visit.IsCompleted).ToList())
                {
                    outside.Enqueue(await visit);
                    inside.Remove(visit);
                }

                if (outside.TryDequeue(out var shopper))
                    inside.Add(VisitAsync(shopper, stoppingToken));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            await Task.WhenAll(inside);
        }
    }

    private async Task<Shopper> VisitAsync(Shopper shopper, CancellationToken cancellationToken)
    {
        try
        {
            await shopper.VisitAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException or ExecutionRejectedException)
        {
            // Asked as often as is polite; another time.
            logger.LogWarning("A visit came to nothing: {Reason}", e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            logger.LogDebug("A visit ends early, the shoppers go home");
        }
        catch (Exception e)
        {
            logger.LogError(e, "The store does what a shopper does not understand");
        }

        return shopper;
    }
}
