using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Answers where services send their telemetry, and keeps nothing of it. Without an answer each of them would spend ten seconds on
/// trying again when it is asked to stop.
/// </summary>
internal sealed class TelemetryReceiver(
    IConfiguration configuration, DistributedApplicationOptions options, ILogger<DistributedApplication> console) : IHostedService, IAsyncDisposable
{
    private const string EndpointKey = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";

    // An empty message: not compressed, of length 0.
    private static readonly byte[] EmptyMessage = new byte[5];

    private WebApplication? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(configuration[EndpointKey], UriKind.Absolute, out var endpoint) || endpoint is not { Scheme: "http", IsLoopback: true })
            return;
        // A test has no dashboard of its own, so whoever listens there is a collector that was meant.
        if (options.DisableDashboard && await ListensAsync(endpoint.Port, cancellationToken))
            return;

        var port = ChoosePort(endpoint.Port);
        configuration[EndpointKey] = $"http://localhost:{port}";
        _server = Build(port);
        await _server.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
            await _server.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private int ChoosePort(int wanted)
    {
        using var ports = new Ports();
        if (configuration.GetValue<bool>("DcpPublisher:RandomizePorts"))
            return ports.HoldAny();
        if (ports.TryHold(wanted))
            return wanted;

        var other = ports.HoldAny();
        console.LogWarning(
            "Port {Port} for telemetry is taken by {Owner}; services send theirs to port {OtherPort} instead.",
            wanted, PortOwner.Describe(wanted), other);
        return other;
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static WebApplication Build(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(AnswerAsync);
        return app;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync(EmptyMessage, context.RequestAborted);
    }
}
