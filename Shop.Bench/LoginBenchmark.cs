using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Shop.Bench;

/// <summary>
/// Sign-ins with a password, per second, beside the check of the hash alone on all cores; and how long a product page takes while 200 people
/// sign in at once, beside how long it takes when nobody does.
/// </summary>
internal static class LoginBenchmark
{
    private const int Connections = 16;
    private const int Crowd = 200;
    private const int PagesPerSecond = 50;

    // As Auth is set; where it differed, the ratio would say so.
    private const int HashIterations = 210_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 1_000, cancellationToken);
        return [await SignInsAsync(shop, settings, cancellationToken), await BesideACrowdAsync(shop, settings, cancellationToken)];
    }

    private static async Task<Figure> SignInsAsync(ShopUnderLoad shop, Settings settings, CancellationToken cancellationToken)
    {
        var hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = HashIterations }));
        var (nobody, password) = (new object(), "a password for benchmarks only");
        var hash = hasher.HashPassword(nobody, password);
        using var cores = new SemaphoreSlim(Environment.ProcessorCount);
        var cpu = shop.Processes.Meter();
        var result = await Load.CompareAsync(
            settings, Connections, cancel => shop.TokenAsync(cancel), async cancel =>
            {
                await cores.WaitAsync(cancel);
                await Task.Run(() => hasher.VerifyHashedPassword(nobody, hash, password), cancel);
                cores.Release();
            }, cpu, cancellationToken);
        return new("login", result.Ours, result.Limit, "sign-ins/s", "0.9 of the limit", result.Ours >= 0.9 * result.Limit)
        {
            P50 = result.P50,
            P99 = result.P99,
            Cpu = cpu.Use,
        };
    }

    private static async Task<Figure> BesideACrowdAsync(ShopUnderLoad shop, Settings settings, CancellationToken cancellationToken)
    {
        using var client = shop.Visit(Connections);
        Func<CancellationToken, Task> page = cancel => client.GetAsync($"/products/{shop.Products[Random.Shared.Next(shop.Products.Length)]}", cancel);
        await OpenLoop.RunAsync(PagesPerSecond, settings.WarmUp, page, cancellationToken);
        var quiet = (await OpenLoop.RunAsync(PagesPerSecond, settings.Time(20), page, cancellationToken)).Percentile(0.95);

        var crowd = Load.RunAsync(Crowd, settings.Time(20), cancel => SignInAsync(shop, cancel), cancellationToken);
        var pages = await OpenLoop.RunAsync(PagesPerSecond, settings.Time(20), page, cancellationToken);
        await crowd;
        var busy = pages.Percentile(0.95);
        return new("product page beside 200 sign-ins, p95", busy, quiet, "ms", "at most 2 times the limit", busy <= 2 * quiet)
        {
            P50 = pages.Percentile(0.5),
            P99 = pages.Percentile(0.99),
            Note = "the limit is the same page when nobody signs in.",
        };
    }

    /// <summary>Whoever is asked to come later does.</summary>
    private static async Task SignInAsync(ShopUnderLoad shop, CancellationToken cancellationToken)
    {
        try
        {
            await shop.TokenAsync(cancellationToken);
        }
        catch (HttpRequestException refused) when (refused.StatusCode is HttpStatusCode.TooManyRequests)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}
