using System.Net;
using System.Text.Json;

namespace Shop.Tests.Services.Auth.Audit;

[Collection<SharedAuth>, Trait("security", "43")]
public sealed class AuditTests(AuthService auth)
{
    [Fact]
    public async Task What_a_user_does_with_their_account_is_recorded_newest_first()
    {
        var person = await Person.NewAsync(auth);
        await auth.SignInAsync(person.Email, "not the password at all");
        await person.SendAsync(HttpMethod.Put, "/me/password", new { current = "wrong", @new = "a wholly different secret" });
        await person.SendAsync(HttpMethod.Put, "/me/password", new { current = AuthService.Password, @new = "a wholly different secret" });
        await person.SendAsync(HttpMethod.Get, "/users");
        var again = await Person.SignInAsync(auth, person.Email, "a wholly different secret");
        await again.RefreshAsync();
        await again.RefreshAsync();

        var records = await RecordsAsync($"actor={Uri.EscapeDataString(person.Email)}");
        Assert.Equal(
            [("refresh.reuse", "refused"), ("sign-in", "ok"), ("access", "refused"), ("password.change", "ok"), ("password.change", "failed"), ("sign-in", "failed"), ("sign-in", "ok")],
            records.Select(Said));
        var refused = records[2];
        Assert.Equal(person.Id, refused.GetProperty("actorId").GetGuid());
        Assert.Equal("GET /users: not permitted", refused.GetProperty("detail").GetString());
        Assert.Equal(TimeSpan.Zero, refused.GetProperty("at").GetDateTimeOffset().Offset);

        // Who tried to sign in is not known, only as whom.
        Assert.Equal(JsonValueKind.Null, records[5].GetProperty("actorId").ValueKind);
        Assert.Equal(person.Id, records[5].GetProperty("subject").GetGuid());
        Assert.DoesNotContain(records, record => record.GetRawText().Contains("secret", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task What_staff_does_to_users_is_recorded()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        await admin.SendAsync(HttpMethod.Put, $"/users/{person.Id}/roles", new { roles = new[] { "support" } });
        await admin.SendAsync(HttpMethod.Post, $"/users/{person.Id}/lock");
        await admin.SendAsync(HttpMethod.Post, $"/users/{person.Id}/unlock");
        await admin.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/sessions");
        var role = $"clerk-{Guid.NewGuid():N}";
        await admin.SendAsync(HttpMethod.Put, $"/roles/{role}", new { permissions = new[] { "orders.read" } });

        var records = (await RecordsAsync($"actor={admin.Id}&limit=6")).Skip(1).ToList();
        Assert.Equal(["role.permissions", "session.end", "user.unlock", "user.lock", "user.roles"], records.Select(record => record.GetProperty("action").GetString()));
        Assert.Equal(role, records[0].GetProperty("subject").GetString());
        Assert.All(records.Skip(1), record => Assert.Equal(person.Id, record.GetProperty("subject").GetGuid()));
        Assert.Equal("From customer to support.", records[4].GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Records_are_paged_and_filtered_by_action()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        for (var i = 0; i < 4; i++)
            await Person.SignInAsync(auth, person.Email);

        var (ids, next) = (new List<Guid>(), (string?)"");
        while (next is not null)
        {
            var page = await admin.GetAsync($"/audit?actor={person.Id}&action=sign-in&limit=2&after={next}");
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(record => record.GetProperty("id").GetGuid()));
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(5, ids.Count);
        Assert.Equal(5, ids.Distinct().Count());
        Assert.Empty(await RecordsAsync($"actor={person.Id}&action=user.lock"));
        await admin.SendAsync(HttpMethod.Post, $"/users/{person.Id}/lock");
        Assert.Equal("user.lock", Assert.Single(await RecordsAsync($"subject={person.Id}&action=user.lock&from=2020-01-01&to=2100-01-01")).GetProperty("action").GetString());
        Assert.Empty(await RecordsAsync($"subject={person.Id}&from=2100-01-01"));
        Assert.Empty(await RecordsAsync($"subject={person.Id}&to=2020-01-01"));
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Get, "/audit?action=" + new string('x', 41)), HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task What_a_stranger_sends_cannot_pretend_to_be_another_record()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["client_id"] = "shop-cli",
                ["grant_type"] = "password",
                ["username"] = "my secret password\r\nsign-in ok: by admin",
                ["password"] = "whatever this is",
            }),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", "evil\u001b[31m\u202e" + new string('x', 1000));
        await auth.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var record = (await RecordsAsync("action=sign-in&limit=2"))[1];
        Assert.Equal(("sign-in", "failed"), Said(record));
        // What is no address may be a password.
        Assert.Equal(JsonValueKind.Null, record.GetProperty("actorEmail").ValueKind);
        var agent = record.GetProperty("userAgent").GetString()!;
        Assert.StartsWith("evil\uFFFD[31m", agent, StringComparison.Ordinal);
        Assert.Equal(256, agent.Length);
        Assert.DoesNotContain('\u202e', agent);
    }

    [Fact]
    public async Task Old_records_are_removed()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database, ("Audit:KeepFor", "10.00:00:00"), ("Audit:PruneEvery", "00:00:00.2"));
        service.CreateClient().Dispose();
        await using var data = Npgsql.NpgsqlDataSource.Create(database.ConnectionString);
        await using var insert = data.CreateCommand("""
            INSERT INTO audit (id, at, action, outcome)
            SELECT gen_random_uuid(), now() - make_interval(days => 2 * d), 'test', 'ok' FROM generate_series(1, 2500) d
            """);
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await using var count = data.CreateCommand("SELECT count(*) FROM audit");
        await Eventually.EqualAsync(4L, async () => (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    private async Task<JsonElement[]> RecordsAsync(string query) =>
        [.. (await (await Person.AdminAsync(auth)).GetAsync("/audit?" + query)).GetProperty("items").EnumerateArray()];

    private static (string?, string?) Said(JsonElement record) => (record.GetProperty("action").GetString(), record.GetProperty("outcome").GetString());
}
