using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.Hosting;

namespace Shop.Tests.Hosting;

public sealed class RabbitMQProcessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_asks_for_its_password_keeps_messages_over_a_kill_and_leaves_no_process_or_file_behind()
    {
        var builder = await ServersApp.NewBuilderAsync("--Parameters:odd=it's \"odd\" {},<<>>");
        var password = builder.AddParameter("odd", secret: true);
        builder.AddRabbitMQ("rabbit", password: password).RunAsProcess();
        string directory;
        int portMapper;
        await using (var app = await ServersApp.StartAsync(builder))
        {
            await app.ConnectionStringAsync("rabbit");
            var address = app.ProcessOf("rabbit");
            directory = ServersApp.RunDirectoryOf(address);
            portMapper = ProcessTree.ChildrenOf(address).Single(child => File.ReadAllText($"/proc/{child}/comm").Trim() == "epmd");
            var uri = await app.ConnectionStringAsync("rabbit");
            var factory = Factory(uri, "it's \"odd\" {},<<>>");
            await using (var connection = await factory.CreateConnectionAsync(Cancel))
            await using (var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel))
            {
                await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancel);
                await channel.BasicPublishAsync("", "kept", true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes("still here"), Cancel);
            }

            await Assert.ThrowsAsync<BrokerUnreachableException>(() => Factory(uri, "guess").CreateConnectionAsync(Cancel));

            ProcessTree.Send(address, ProcessTree.Kill);
            await app.StateAsync("rabbit", KnownResourceStates.Finished);
            await app.CommandAsync("rabbit", KnownResourceCommands.StartCommand);
            await app.ConnectionStringAsync("rabbit");
            await using var again = await factory.CreateConnectionAsync(Cancel);
            await using var reading = await again.CreateChannelAsync(cancellationToken: Cancel);
            Assert.Equal("still here", Encoding.UTF8.GetString((await reading.BasicGetAsync("kept", true, Cancel))!.Body.Span));
        }

        Assert.False(Directory.Exists(directory));
        Assert.False(File.Exists($"/proc/{portMapper}/stat"));
    }

    // Aspire puts the password into the URI as it is, so that an odd one has to be given beside it.
    private static ConnectionFactory Factory(string uri, string password) => new()
    {
        HostName = "127.0.0.1",
        Port = int.Parse(uri[(uri.LastIndexOf(':') + 1)..].TrimEnd('/'), System.Globalization.CultureInfo.InvariantCulture),
        UserName = "guest",
        Password = password,
        AutomaticRecoveryEnabled = false,
    };
}
