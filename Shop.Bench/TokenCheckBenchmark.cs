using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Access;

namespace Shop.Bench;

/// <summary>
/// What it takes to know who calls: an endpoint that does nothing, in a service with the defaults of all services, called with an access token,
/// beside the same one open to everybody and called without.
/// </summary>
internal static class TokenCheckBenchmark
{
    /// <summary>The argument that makes this program the server.</summary>
    public const string Verb = "token-check-server";
    private const int Connections = 32;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var shop = await ShopUnderLoad.StartAsync(products: 1, cancellationToken);
        await using var server = await ChildServer.StartAsync(Verb, shop.Auth.AbsoluteUri, cancellationToken);
        using var known = new LeanClient(server.Address, Connections, await shop.TokenAsync(cancellationToken));
        using var unknown = new LeanClient(server.Address, Connections, token: null);
        var result = await Load.CompareAsync(
            settings, Connections, cancel => known.GetAsync("/closed", cancel), cancel => unknown.GetAsync("/open", cancel),
            shop.Processes.Meter(), cancellationToken);
        return
        [
            new("token-check", result.Ours, result.Limit, "requests/s", "0.7 of the limit", result.Ours >= 0.7 * result.Limit)
            {
                P50 = result.P50,
                P99 = result.P99,
            },
        ];
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> ServeAsync()
    {
        var builder = WebApplication.CreateBuilder([$"--Auth:Issuer={await Console.In.ReadLineAsync()}", "--environment=Development"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.AddShopAuthentication();
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/open", () => TypedResults.Ok()).AllowAnonymous();
        app.MapGet("/closed", () => TypedResults.Ok());
        return await ChildServer.ServeAsync(app);
    }
}
