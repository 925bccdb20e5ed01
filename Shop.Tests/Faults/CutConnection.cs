using System.Net.Sockets;
using System.Text;
using Shop.Tests.Distributed;

namespace Shop.Tests.Faults;

/// <summary>A client whose connection is gone as soon as it has sent the last byte of its request.</summary>
internal static class CutConnection
{
    /// <summary>Sends an order and hears nothing of it.</summary>
    /// <param name="product">Where Product listens.</param>
    /// <param name="customer">Who orders.</param>
    /// <param name="key">The idempotency key.</param>
    /// <param name="body">The order.</param>
    /// <param name="reset">Whether to reset the connection, which may take what was sent along; else it is closed in good order.</param>
    public static async Task SendAsync(Uri product, Customer customer, string key, byte[] body, bool reset)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(product.Host, product.Port);
        client.NoDelay = true;
        client.LingerState = new LingerOption(reset, 0);
        var head = $"POST /orders HTTP/1.1\r\nHost: {product.Authority}\r\nAuthorization: {customer.Product.DefaultRequestHeaders.Authorization}\r\n"
            + $"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body]);
    }
}
