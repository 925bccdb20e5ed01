using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Bench;

/// <summary>
/// This program once more, as a process that does nothing but give one answer: what HTTP itself takes. It ends with its standard input,
/// so also when this one is killed.
/// </summary>
internal sealed class BareServer : IAsyncDisposable
{
    /// <summary>The argument that makes this program the server.</summary>
    public const string Verb = "bare-server";

    private readonly Process _process;

    private BareServer(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts one that answers everything as the store answers <paramref name="path"/>.</summary>
    public static async Task<BareServer> StartAsync(LeanClient shop, string path, CancellationToken cancellationToken)
    {
        using var answer = await shop.OpenAsync(path, cancellationToken);
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Transfer-Encoding"))
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value));
        var response = new Response(headers, answer.Headers.TransferEncodingChunked is true, await answer.Content.ReadAsByteArrayAsync(cancellationToken));

        var start = new ProcessStartInfo(Environment.ProcessPath!, [Verb]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // What the SDK gives a web service and not a console program.
        start.Environment["DOTNET_gcServer"] = "1";
        var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(response).AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        var address = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("The bare server did not start.");
        return new(process, new Uri(address));
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync()
    {
        var response = JsonSerializer.Deserialize<Response>((await Console.In.ReadLineAsync())!)!;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using var app = builder.Build();
        app.Run(context => response.WriteAsync(context.Response));
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private sealed record Response(Dictionary<string, string> Headers, bool Chunked, byte[] Body)
    {
        public Task WriteAsync(HttpResponse http)
        {
            foreach (var (name, value) in Headers)
                http.Headers[name] = value;
            // Without a length it goes out in chunks, as the store's does.
            http.ContentLength = Chunked ? null : Body.Length;
            return http.Body.WriteAsync(Body).AsTask();
        }
    }
}
