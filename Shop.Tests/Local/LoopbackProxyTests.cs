using System.Net;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.Orchestration;

namespace Shop.Tests.Local;

public sealed class LoopbackProxyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_go_to_each_replica_in_turn_and_never_to_a_dead_one()
    {
        using var a = new Replica("a");
        using var b = new Replica("b");
        using var ports = new Ports();
        var port = ports.HoldAny();
        ports.Release(port);
        using var proxy = new LoopbackProxy(port);
        await Assert.ThrowsAsync<SocketException>(() => AskAsync(port));

        proxy.SetLive(a.Port, true);
        proxy.SetLive(b.Port, true);
        Assert.Equal(["a", "a", "b", "b"], new[] { await AskAsync(port), await AskAsync(port), await AskAsync(port), await AskAsync(port) }.Order());

        proxy.SetLive(a.Port, false);
        Assert.Equal(["b", "b"], new[] { await AskAsync(port), await AskAsync(port) });

        proxy.SetLive(b.Port, false);
        await Assert.ThrowsAsync<SocketException>(() => AskAsync(port));
    }

    [Fact]
    public async Task A_replica_that_does_not_answer_yet_is_passed_over()
    {
        using var a = new Replica("a");
        using var ports = new Ports();
        var (port, silent) = (ports.HoldAny(), ports.HoldAny());
        ports.Release(port);
        ports.Release(silent);
        using var proxy = new LoopbackProxy(port);
        proxy.SetLive(silent, true);
        proxy.SetLive(a.Port, true);

        Assert.Equal(["a", "a", "a"], new[] { await AskAsync(port), await AskAsync(port), await AskAsync(port) });
    }

    [Fact]
    public void A_port_that_is_held_cannot_be_had_until_it_is_released()
    {
        using var ports = new Ports();
        using var others = new Ports();
        var port = ports.HoldAny();
        Assert.False(others.TryHold(port));
        ports.Release(port);
        Assert.True(others.TryHold(port));
    }

    [Fact]
    public void The_owner_of_a_port_is_found_on_Linux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /proc elsewhere.");
        using var listener = new Replica("x");
        Assert.StartsWith($"process {Environment.ProcessId} (", PortOwner.Describe(listener.Port), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(Token);
    }

    /// <summary>Answers every connection with its name.</summary>
    private sealed class Replica : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Replica(string name)
        {
            _listener.Start();
            _ = AnswerAsync(name);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task AnswerAsync(string name)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(name));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed of: the test is over.
                return;
            }
        }
    }
}
