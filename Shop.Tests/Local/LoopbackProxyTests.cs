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
        using var proxy = new LoopbackProxy(port);
        proxy.SetLive(silent, true);
        proxy.SetLive(a.Port, true);

        Assert.Equal(["a", "a", "a"], new[] { await AskAsync(port), await AskAsync(port), await AskAsync(port) });
    }

    [Fact]
    public void A_port_that_one_AppHost_has_taken_is_no_other_ones_until_it_is_done()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere there is no name for it.");
        using var others = new Ports();
        int port;
        using (var ports = new Ports())
        {
            port = ports.HoldAny();
            Assert.False(others.TryHold(port));
        }

        Assert.True(others.TryHold(port));
    }

    [Fact]
    public void A_port_where_somebody_listens_is_taken()
    {
        using var listener = new Replica("x");
        using var ports = new Ports();
        Assert.False(ports.TryHold(listener.Port));
    }

    [Fact]
    public void The_owner_of_a_port_is_found_on_Linux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /proc elsewhere.");
        using var listener = new Replica("x");
        // Which process is not certain: a child that another test is just starting has our sockets for a moment.
        Assert.Matches(@"^process \d+ \(.+\)$", PortOwner.Describe(listener.Port));
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
