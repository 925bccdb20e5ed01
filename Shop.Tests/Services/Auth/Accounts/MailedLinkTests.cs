using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Shop.Tests.Services.Auth.Accounts;

public sealed class MailedLinkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("security", "9")]
    public async Task A_link_is_good_once_also_for_a_replica_whose_clock_is_behind()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database);
        await using var behind = service.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(new Behind())));
        using var first = service.CreateClient();
        using var second = behind.CreateClient();
        using var registered = await first.PostAsJsonAsync("/register", new { email = "ann@example.com", password = AuthService.Password }, Cancel);
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        await using var data = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var link = data.CreateCommand("""
            INSERT INTO mailed_links (token_hash, user_id, purpose, email, created_at, expires_at)
            SELECT $1, id, 'Reset', email, now() - interval '1 minute', now() + interval '20 minutes' FROM users WHERE email = 'ann@example.com'
            """))
        {
            link.Parameters.Add(new() { Value = SHA256.HashData(Encoding.UTF8.GetBytes("a token")) });
            Assert.Equal(1, await link.ExecuteNonQueryAsync(Cancel));
        }

        // Both have found the link good before one of them redeems it.
        await using var connection = await data.OpenConnectionAsync(Cancel);
        await using var held = await connection.BeginTransactionAsync(Cancel);
        await using (var hold = new NpgsqlCommand("SELECT FROM mailed_links FOR UPDATE", connection))
            await hold.ExecuteNonQueryAsync(Cancel);
        var answers = new List<Task<HttpResponseMessage>>();
        foreach (var client in (HttpClient[])[first, second])
        {
            answers.Add(client.PostAsJsonAsync("/password/reset", new { token = "a token", @new = "a wholly different secret" }, Cancel));
            await Eventually.EqualAsync(answers.Count, () => WaitingAsync(data));
        }
        await held.CommitAsync(Cancel);

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.BadRequest], (await Task.WhenAll(answers)).Select(answer => answer.StatusCode));
    }

    private static async Task<int> WaitingAsync(NpgsqlDataSource data)
    {
        await using var waiting = data.CreateCommand("SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        return (int)(await waiting.ExecuteScalarAsync(Cancel))!;
    }

    private sealed class Behind : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddSeconds(-2);
    }
}
