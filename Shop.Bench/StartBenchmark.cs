using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Shop.Bench;

/// <summary>From <c>dotnet run</c> to <c>Shop is up</c>, already built, servers already fetched; beside RabbitMQ alone, which nothing can hurry. Says where the time goes.</summary>
internal static class StartBenchmark
{
    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var broker = await BrokerAloneAsync(cancellationToken);
        var steps = new List<string>();
        var shop = await ShopAsync(steps, cancellationToken);
        var more = (shop - broker).TotalSeconds;
        return
        [
            new("start", shop.TotalSeconds, broker.TotalSeconds, "s", "6 s more than the limit", more <= 6)
            {
                Note = string.Create(CultureInfo.InvariantCulture, $"{more:0.0} s more than the broker alone.\n{string.Join('\n', steps)}"),
            },
        ];
    }

    private static async Task<TimeSpan> BrokerAloneAsync(CancellationToken cancellationToken)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Shop_AppHost>(cancellationToken);
        foreach (var other in builder.Resources.Where(resource => resource.Name != "messaging" && resource is not ParameterResource).ToList())
            builder.Resources.Remove(other);

        await using var app = await builder.BuildAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        await app.StartAsync(cancellationToken);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("messaging", cancellationToken);
        return clock.Elapsed;
    }

    private static async Task<TimeSpan> ShopAsync(List<string> steps, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var shop = Process.Start(new ProcessStartInfo("dotnet", ["run", "--no-build", "-c", "Release", "--project", Projects.Shop_AppHost.ProjectPath])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            while (await shop.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.StartsWith("Shop is up", StringComparison.Ordinal))
                    return clock.Elapsed;

                // Rows of the start report: seconds since AppHost began, resource, state.
                if (line.TrimStart() is [>= '0' and <= '9', ..] row && row.Contains(" s  ", StringComparison.Ordinal))
                    steps.Add(line);
            }

            throw new InvalidOperationException("Shop.AppHost ended without saying 'Shop is up'.");
        }
        finally
        {
            await StopAsync(shop);
        }
    }

    private static async Task StopAsync(Process shop)
    {
        using var kill = Process.Start("kill", ["-TERM", shop.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
        await shop.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await shop.WaitForExitAsync(CancellationToken.None);
    }
}
