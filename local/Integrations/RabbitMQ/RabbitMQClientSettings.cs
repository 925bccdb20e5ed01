namespace Aspire.RabbitMQ.Client;

/// <summary>How a service reaches its RabbitMQ broker. Read from <c>Aspire:RabbitMQ:Client</c>.</summary>
public sealed class RabbitMQClientSettings
{
    /// <summary>The broker's amqp URI; null when it comes from <c>ConnectionStrings:&lt;name&gt;</c> alone.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>How often a failed connection is tried again, with exponentially growing pauses; 0 for not at all.</summary>
    public int MaxConnectRetryCount { get; set; } = 5;

    /// <summary>True to leave out the health check that opens a channel.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>True to leave out spans of connecting, publishing and delivery.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>True (the default) to connect at first use; false to connect while the host starts.</summary>
    public bool DisableAutoActivation { get; set; } = true;
}
