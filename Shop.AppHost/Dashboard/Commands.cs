using System.Net.Sockets;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Shop.AppHost.Dashboard;

/// <summary>Shared by the commands.</summary>
internal static class Commands
{
    /// <summary>Enables a command while the resource runs.</summary>
    public static ResourceCommandState WhenRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    /// <summary>Runs the command. An expected failure becomes its message.</summary>
    public static async Task<ExecuteCommandResult> TryAsync(Func<Task<ExecuteCommandResult>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (e is NpgsqlException or HttpRequestException or BrokerUnreachableException or OperationInterruptedException
            or AlreadyClosedException or SocketException or TimeoutException or DistributedApplicationException)
        {
            return CommandResults.Failure(e.Message);
        }
        catch (OperationCanceledException)
        {
            return CommandResults.Canceled();
        }
    }
}
