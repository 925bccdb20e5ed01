using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Shop.Bench;

/// <summary>A process that does nothing but give one answer: what HTTP itself takes.</summary>
internal static class BareServer
{
    /// <summary>The argument that makes this program the server.</summary>
    public const string Verb = "bare-server";

    /// <summary>Starts one that answers everything as the store answers <paramref name="path"/>.</summary>
    public static async Task<ChildServer> StartAsync(LeanClient shop, string path, CancellationToken cancellationToken)
    {
        using var answer = await shop.OpenAsync(path, cancellationToken);
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Transfer-Encoding"))
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value));
        var response = new Response(headers, answer.Headers.TransferEncodingChunked is true, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        // What the SDK gives a web service and not a console program.
        return await ChildServer.StartAsync(Verb, JsonSerializer.Serialize(response), cancellationToken, ("DOTNET_gcServer", "1"));
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> RunAsync()
    {
        var response = JsonSerializer.Deserialize<Response>((await Console.In.ReadLineAsync())!)!;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        await using var app = builder.Build();
        app.Run(context => response.WriteAsync(context.Response));
        return await ChildServer.ServeAsync(app);
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
