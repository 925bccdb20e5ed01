using System.Collections.Concurrent;
using System.Net.Http.Json;
using MimeKit;
using Shop.Hosting;
using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>Mail over SMTP, with a server that comes and goes.</summary>
public sealed class MailRelayTests
{
    [Fact]
    public async Task Mail_waits_while_the_server_is_away_and_comes_once_it_is_back()
    {
        var port = LoopbackPort.Free();
        await using var auth = await ListeningAuth.StartAsync(
            null, ("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{port}"), ("Mail:Security", "None"), ("Mail:From", "shop@example.org"), ("Mail:RetryDelay", "00:00:00.1"));
        var email = AuthService.NewEmail();
        (await auth.Client.PostAsJsonAsync("/register", new { email, password = AuthService.Password }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await using var database = Npgsql.NpgsqlDataSource.Create(auth.Database.ConnectionString);
        await Eventually.TrueAsync(async () => (int)(await ScalarAsync("SELECT max(attempts) FROM mails"))! > 1, "a second try");
        // What waits can be read by nobody who reads the table.
        Assert.DoesNotContain("token=", (string)(await ScalarAsync("SELECT body FROM mails"))!, StringComparison.Ordinal);

        var inbox = new Inbox();
        using var stop = new CancellationTokenSource();
        var serving = new SmtpServer.SmtpServer(
            new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint => endpoint.Endpoint(new(System.Net.IPAddress.Loopback, port))).Build(), inbox.Services()).StartAsync(stop.Token);

        await Eventually.TrueAsync(() => Task.FromResult(!inbox.Mails.IsEmpty), "the mail");
        await Eventually.EqualAsync(0L, async () => (long)(await ScalarAsync("SELECT count(*) FROM mails"))!);
        var mail = Assert.Single(inbox.Mails);
        Assert.Equal(email, mail.To.Mailboxes.Single().Address);
        Assert.Equal("shop@example.org", mail.From.Mailboxes.Single().Address);
        Assert.Contains($"{auth.Url}/confirm-email?token=", mail.TextBody, StringComparison.Ordinal);
        await stop.CancelAsync();
        await serving;

        async Task<object?> ScalarAsync(string sql)
        {
            await using var command = database.CreateCommand(sql);
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is { } value and not DBNull ? value : 0;
        }
    }

    private sealed class Inbox : MessageStore
    {
        public ConcurrentQueue<MimeMessage> Mails { get; } = new();

        public SmtpServer.ComponentModel.ServiceProvider Services()
        {
            var services = new SmtpServer.ComponentModel.ServiceProvider();
            services.Add(this);
            return services;
        }

        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, System.Buffers.ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var content = new MemoryStream(System.Buffers.BuffersExtensions.ToArray(buffer));
            Mails.Enqueue(await MimeMessage.LoadAsync(content, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}
