using System.Net;
using Microsoft.AspNetCore.Hosting;
using Npgsql;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

public sealed class StartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact, Trait("security", "15")]
    public async Task Replicas_that_start_together_on_an_empty_database_share_one_key()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var one = AuthService.Host(database);
        await using var other = AuthService.Host(database);
        var clients = await Task.WhenAll(Task.Run(one.CreateClient, Cancel), Task.Run(other.CreateClient, Cancel));

        var keys = await Task.WhenAll(clients.Select(client => client.GetStringAsync("/.well-known/jwks", Cancel)));
        Assert.Equal(keys[0], keys[1]);

        // A token of one is good at the other, also after both have gone.
        var answer = await HttpAssert.JsonAsync(await AuthService.TokenAsync(clients[0],
            ("grant_type", "password"), ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword)), HttpStatusCode.OK);
        await using var later = AuthService.Host(database);
        foreach (var client in new[] { clients[1], later.CreateClient() })
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", answer.GetProperty("access_token").GetString());
            await HttpAssert.JsonAsync(await client.GetAsync("/me", Cancel), HttpStatusCode.OK);
        }
    }

    [Fact, Trait("security", "20")]
    public async Task In_production_nobody_signs_in_by_password_at_the_token_endpoint()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var development = AuthService.Host(database);
        _ = development.CreateClient();
        await using var production = AuthService.Host(database, (WebHostDefaults.EnvironmentKey, "Production"), ("Auth:Issuer", "https://localhost"));
        var client = production.CreateClient();
        client.BaseAddress = new("https://localhost");

        var answer = await HttpAssert.JsonAsync(await AuthService.TokenAsync(client,
            ("grant_type", "password"), ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword)), HttpStatusCode.BadRequest);
        Assert.Equal("unsupported_grant_type", answer.GetProperty("error").GetString());

        var health = await HttpAssert.JsonAsync(await client.GetAsync("/health", Cancel), HttpStatusCode.OK);
        Assert.Equal("""{"status":"degraded"}""", health.GetRawText());
    }

    [Fact]
    public async Task A_start_brings_no_deleted_role_back_and_gives_admins_what_is_new()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var before = AuthService.Host(database);
        _ = before.CreateClient();
        await using var postgres = NpgsqlDataSource.Create(database.ConnectionString);
        await using var older = postgres.CreateCommand("DELETE FROM roles WHERE name = 'support'; DELETE FROM role_claims WHERE claim_value = 'clients.manage'");
        await older.ExecuteNonQueryAsync(Cancel);

        await using var after = AuthService.Host(database);
        _ = after.CreateClient();

        await using var now = postgres.CreateCommand("""
            SELECT (SELECT string_agg(name, ' ' ORDER BY name) FROM roles) || ': ' || count(*) FROM role_claims WHERE claim_value = 'clients.manage'
            """);
        Assert.Equal("admin catalog-manager customer: 1", await now.ExecuteScalarAsync(Cancel));
    }

    [Fact, Trait("security", "44")]
    public async Task While_the_database_is_away_a_page_says_so_and_lets_nobody_in()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new SeverableProxy(connection.Port);
        (connection.Host, connection.Port) = ("127.0.0.1", proxy.Port);
        await using var service = AuthService.Host(database, ("ConnectionStrings:authdb", connection.ConnectionString), ("Logging:LogLevel:Default", "Critical"));
        var browser = new Browser(service.CreateClient(new() { AllowAutoRedirect = false }));
        await browser.OpenAsync("/sign-in");

        proxy.Sever();
        await using var admin = NpgsqlDataSource.Create(database.ConnectionString);
        await using var cut = admin.CreateCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await cut.ExecuteNonQueryAsync(Cancel);
        var page = await browser.SubmitOnlyAsync("/sign-in", ("email", AuthService.AdminEmail), ("password", AuthService.AdminPassword));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("Please try again", page.Html, StringComparison.Ordinal);
        Assert.NotNull(page.Headers.RetryAfter);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        proxy.Mend();
        await browser.OpenAsync("/sign-in");
        page = await browser.SubmitOnlyAsync("/sign-in", ("email", AuthService.AdminEmail), ("password", AuthService.AdminPassword));
        Assert.Equal(HttpStatusCode.Redirect, page.Status);
    }

    [Fact, Trait("security", "11")]
    public async Task Without_a_configured_admin_nobody_is_admin()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        await using var service = AuthService.Host(database, ("Admin:Password", ""));
        var answer = await AuthService.TokenAsync(service.CreateClient(),
            ("grant_type", "password"), ("username", AuthService.AdminEmail), ("password", AuthService.AdminPassword));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
