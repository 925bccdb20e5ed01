using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Health;

/// <summary>
/// Tries whether anybody listens, without an exception when nobody does: a server that boots for ten seconds is asked a hundred times.
/// </summary>
internal static class TcpProbe
{
    public static async Task<bool> AnswersAsync(EndpointReference endpoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var connecting = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, endpoint.Port) };
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connecting.Completed += (_, _) => done.TrySetResult();
        if (socket.ConnectAsync(connecting))
            await done.Task.WaitAsync(cancellationToken);

        return connecting.SocketError == SocketError.Success;
    }
}
