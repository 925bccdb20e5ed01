using System.Net;
using System.Text.Json;
using Npgsql;
using Shop.Auth;
using Shop.Messaging.Broker;
using Shop.Messaging.Contracts;
using Shop.Tests.Services.Auth;

namespace Shop.Tests.Services.Messaging;

/// <summary>What Auth does about what other services record, which the test sends in their place.</summary>
[Trait("security", "43")]
public sealed class AuditReceivingTests : MessagingTest
{
    private ServiceFactory<AuthDb> _auth = null!;
    private HttpClient _admin = null!;

    [Fact]
    public async Task What_another_service_recorded_stands_in_the_audit_once_with_the_address_of_whoever_did_it()
    {
        await StartAsync();
        var (admin, id, at) = (await AdminIdAsync(), NewId(), DateTimeOffset.UtcNow.AddHours(-3));
        var record = new AuditRecorded("payment.refund", "ok", admin, "an order", "192.0.2.7", "desk/1", "said so", at);
        foreach (var _ in (string[])["once", "and again"])
            await SendAsync(record, id);
        await SendAsync(record with { Action = "last" });
        await RecordAsync("last");

        var shown = await RecordAsync("payment.refund");
        Assert.Equal(id, shown.GetProperty("id").GetString());
        Assert.Equal(at.ToUnixTimeMilliseconds(), shown.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.Equal(admin, shown.GetProperty("actorId").GetGuid());
        Assert.Equal(AuthService.AdminEmail.ToUpperInvariant(), shown.GetProperty("actorEmail").GetString());
        Assert.Equal(
            ["an order", "ok", "192.0.2.7", "desk/1", "said so"],
            ((string[])["subject", "outcome", "ip", "userAgent", "detail"]).Select(name => shown.GetProperty(name).GetString()));

        // Also when the inbox has forgotten it.
        await ExecuteAsync("DELETE FROM inbox");
        await SendAsync(record, id);
        await Eventually.EqualAsync(1L, () => CountAsync("inbox"));
        await RecordAsync("payment.refund");
    }

    [Fact]
    public async Task What_it_passes_on_is_bounded_and_harmless_and_no_later_than_now()
    {
        await StartAsync();
        var evil = "a\r\nb\u202e" + new string('x', 5000);
        await SendAsync(new("access", "refused", Guid.NewGuid(), evil, evil, evil, evil, DateTimeOffset.UtcNow.AddYears(1)));

        var shown = await RecordAsync("access");
        foreach (var (name, length) in new[] { ("subject", 100), ("ip", 45), ("userAgent", 256), ("detail", 512) })
        {
            var text = shown.GetProperty(name).GetString()!;
            Assert.StartsWith("a\uFFFD\uFFFDb\uFFFDx", text, StringComparison.Ordinal);
            Assert.Equal(length, text.Length);
        }
        Assert.True(shown.GetProperty("at").GetDateTimeOffset() < DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("actorEmail").ValueKind);
    }

    [Fact]
    public async Task What_is_no_record_is_a_dead_letter_at_auth_and_its_deletion_is_recorded_too()
    {
        await StartAsync();
        await SendAsync(new("", "ok", null, null, null, null, null, DateTimeOffset.UtcNow));
        await SendAsync(new("x", "so so", null, null, null, null, null, DateTimeOffset.UtcNow));
        await SendAsync(new(new string('x', 41), "ok", null, null, null, null, null, DateTimeOffset.UtcNow));
        await Eventually.EqualAsync(3L, () => CountAsync("dead_letters"));
        Assert.Equal(0L, await CountAsync("audit WHERE outcome = 'so so' OR action = '' OR length(action) > 40"));

        var letters = (await GetAsync("/dead-letters")).GetProperty("items");
        Assert.All(letters.EnumerateArray(), letter => Assert.Equal(Topology.AuthAudit, letter.GetProperty("queue").GetString()));
        var id = letters[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync($"/dead-letters/{id}", Cancel)).StatusCode);
        Assert.Equal(id, (await RecordAsync("dead-letter.delete")).GetProperty("subject").GetString());
    }

    public override async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_auth is not null)
            await _auth.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task StartAsync()
    {
        _auth = AuthService.Host(Database, ("ConnectionStrings:messaging", await TestServers.RabbitMqAsync()), ("Logging:LogLevel:Default", "Critical"));
        _admin = _auth.CreateClient();
        var answer = await HttpAssert.JsonAsync(await AuthService.TokenAsync(
            _admin, ("grant_type", "password"), ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword)), HttpStatusCode.OK);
        _admin.DefaultRequestHeaders.Authorization = new("Bearer", answer.GetProperty("access_token").GetString());
        await Broker.UntilConsumedAsync(Topology.AuthAudit);
    }

    private Task SendAsync(AuditRecorded record, string? id = null) =>
        Broker.SendAsync(Topology.AuthAudit, AuditRecorded.Name, Json(record), id ?? NewId());

    /// <summary>The only record of the action.</summary>
    private async Task<JsonElement> RecordAsync(string action)
    {
        await Eventually.TrueAsync(async () => await CountAsync($"audit WHERE action = '{action}'") > 0, $"{action} is recorded");
        return Assert.Single((await GetAsync($"/audit?action={action}")).GetProperty("items").EnumerateArray());
    }

    private async Task<JsonElement> GetAsync(string path) => await HttpAssert.JsonAsync(await _admin.GetAsync(path, Cancel), HttpStatusCode.OK);

    private async Task<Guid> AdminIdAsync() => (await GetAsync("/me")).GetProperty("id").GetGuid();

    private async Task<long> CountAsync(string fromWhere)
    {
        await using var data = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var count = data.CreateCommand($"SELECT count(*) FROM {fromWhere}");
        return (long)(await count.ExecuteScalarAsync(Cancel))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var data = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
