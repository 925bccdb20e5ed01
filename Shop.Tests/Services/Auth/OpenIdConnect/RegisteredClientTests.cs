using System.Net;
using System.Text.Json;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

/// <summary>Applications that staff registers.</summary>
[Collection<SharedAuth>]
public sealed class RegisteredClientTests(AuthService auth)
{
    private const string Site = "https://partner.test/callback";

    [Fact]
    public async Task An_application_is_registered_shown_changed_and_removed()
    {
        var admin = await Person.AdminAsync(auth);
        var made = await RegisterAsync(admin, new { name = "Partner", type = "confidential", redirectUris = new[] { Site }, scopes = new[] { "openid", "email" } });
        var (id, secret) = (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
        Assert.True(secret.Length >= 43);

        var shown = await admin.GetAsync($"/clients/{id}");
        Assert.False(shown.TryGetProperty("secret", out _));
        Assert.Equal($"""["{Site}"]""", shown.GetProperty("redirectUris").GetRawText());
        Assert.Equal("""["openid","email"]""", shown.GetProperty("scopes").GetRawText());
        Assert.False(shown.GetProperty("configured").GetBoolean());
        Assert.Contains(id, await IdsAsync(admin));
        Assert.Equal(0L, await auth.QueryAsync<long>("SELECT count(*) FROM clients WHERE client_secret = $1", secret));
        Assert.Equal(0L, await auth.QueryAsync<long>("SELECT count(*) FROM audit WHERE detail LIKE '%' || $1 || '%'", secret));

        var changed = await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Put, $"/clients/{id}",
            new { name = "Partner 2", type = "confidential", redirectUris = new[] { Site, Site + "2" } }), HttpStatusCode.OK);
        Assert.Equal("Partner 2", changed.GetProperty("name").GetString());
        Assert.False(changed.TryGetProperty("secret", out _));
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Put, $"/clients/{id}", new { name = "x", type = "public", redirectUris = new[] { Site } }),
            HttpStatusCode.Conflict, "client-type");

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/clients/{id}")).StatusCode);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
            await HttpAssert.ProblemAsync(await admin.SendAsync(method, $"/clients/{id}"), HttpStatusCode.NotFound, "not-found");
        Assert.Equal(["client.delete", "client.change", "client.register"], (await admin.GetAsync("/audit?limit=100")).GetProperty("items").EnumerateArray()
            .Where(row => row.GetProperty("subject").GetString() == id).Select(row => row.GetProperty("action").GetString()));
    }

    [Fact, Trait("security", "24")]
    public async Task Whoever_may_not_register_applications_does_not()
    {
        var person = await Person.NewAsync(auth);
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/clients"), (HttpMethod.Post, "/clients"), (HttpMethod.Put, "/clients/shop-web"), (HttpMethod.Delete, "/clients/shop-web") })
            await HttpAssert.ProblemAsync(await person.SendAsync(method, path, method == HttpMethod.Get ? null : new { }), HttpStatusCode.Forbidden, "forbidden");
    }

    [Theory]
    [InlineData("shop-web")]
    [InlineData("shop-cli")]
    [InlineData("stock-robot")]
    public async Task The_shops_own_applications_are_listed_and_changed_in_the_configuration_only(string id)
    {
        var admin = await Person.AdminAsync(auth);
        Assert.True((await admin.GetAsync($"/clients/{id}")).GetProperty("configured").GetBoolean());
        Assert.Contains(id, await IdsAsync(admin));
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Put, $"/clients/{id}", new { name = "x", type = "confidential", redirectUris = new[] { Site } }), HttpStatusCode.Conflict, "configured-client");
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Post, $"/clients/{id}/secret"), HttpStatusCode.Conflict, "configured-client");
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/clients/{id}"), HttpStatusCode.Conflict, "configured-client");
    }

    [Fact, Trait("security", "24")]
    public async Task Nobody_gives_a_machine_more_than_they_may_do_themselves()
    {
        var (admin, role) = (await Person.AdminAsync(auth), $"registrar-{Guid.NewGuid():N}");
        await admin.SendAsync(HttpMethod.Put, $"/roles/{role}", new { permissions = new[] { "clients.manage", "orders.read" } });
        var registrar = await Person.NewAsync(auth, role);
        var strong = await RegisterAsync(admin, new { name = "Strong", type = "machine", permissions = new[] { "users.manage" } });
        var id = strong.GetProperty("id").GetString();

        await HttpAssert.ProblemAsync(await registrar.SendAsync(HttpMethod.Post, "/clients", new { name = "Mine", type = "machine", permissions = new[] { "users.manage" } }), HttpStatusCode.Forbidden, "forbidden");
        await HttpAssert.ProblemAsync(await registrar.SendAsync(HttpMethod.Put, $"/clients/{id}", new { name = "Mine", type = "machine", permissions = new[] { "users.manage", "catalog.write" } }), HttpStatusCode.Forbidden, "forbidden");
        await HttpAssert.ProblemAsync(await registrar.SendAsync(HttpMethod.Post, $"/clients/{id}/secret"), HttpStatusCode.Forbidden, "forbidden");
        await RegisterAsync(registrar, new { name = "Mine", type = "machine", permissions = new[] { "orders.read" } });
    }

    [Fact]
    public async Task A_new_secret_takes_the_place_of_the_old_one()
    {
        var admin = await Person.AdminAsync(auth);
        var made = await RegisterAsync(admin, new { name = "Robot", type = "machine", permissions = new[] { "catalog.write" } });
        var (id, old) = (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
        await HttpAssert.JsonAsync(await TokenAsync(id, old), HttpStatusCode.OK);

        var renewed = await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Post, $"/clients/{id}/secret"), HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.Unauthorized, (await TokenAsync(id, old)).StatusCode);
        var token = (await HttpAssert.JsonAsync(await TokenAsync(id, renewed.GetProperty("secret").GetString()!), HttpStatusCode.OK)).GetProperty("access_token").GetString()!;
        Assert.Equal("catalog.write", new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).GetClaim("permission").Value);

        await admin.SendAsync(HttpMethod.Delete, $"/clients/{id}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await TokenAsync(id, renewed.GetProperty("secret").GetString()!)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await auth.SendAsync(HttpMethod.Get, "/me/access", token)).StatusCode);
    }

    [Theory]
    [InlineData("""{ "name": " ", "type": "public", "redirectUris": ["https://a.test/"] }""", "name")]
    [InlineData("""{ "name": "x", "type": "public" }""", "redirectUris")]
    [InlineData("""{ "name": "x", "type": "public", "redirectUris": [null] }""", "redirectUris")]
    [InlineData("""{ "name": "x", "type": "confidential", "redirectUris": ["https://a.test/"], "postLogoutRedirectUris": ["javascript:alert(1)"] }""", "postLogoutRedirectUris")]
    [InlineData("""{ "name": "x", "type": "confidential", "redirectUris": ["https://a.test/"], "scopes": ["root"] }""", "scopes")]
    [InlineData("""{ "name": "x", "type": "confidential", "redirectUris": ["https://a.test/"], "permissions": ["users.manage"] }""", "permissions")]
    [InlineData("""{ "name": "x", "type": "machine", "permissions": ["everything"] }""", "permissions")]
    [InlineData("""{ "name": "x", "type": "machine", "redirectUris": ["https://a.test/"] }""", "redirectUris")]
    [InlineData("""{ "name": "x", "type": "machine", "scopes": ["email"] }""", "scopes")]
    public async Task What_cannot_be_an_application_is_refused_with_the_field(string request, string field)
    {
        var admin = await Person.AdminAsync(auth);
        var problem = await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Post, "/clients", JsonElement.Parse(request)), HttpStatusCode.BadRequest, "validation");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task A_public_application_has_no_secret()
    {
        var admin = await Person.AdminAsync(auth);
        var made = await RegisterAsync(admin, new { name = "App", type = "public", redirectUris = new[] { "com.example.app:/signed-in" } });
        Assert.False(made.TryGetProperty("secret", out _));
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Post, $"/clients/{made.GetProperty("id").GetString()}/secret"), HttpStatusCode.Conflict, "client-type");
    }

    [Fact]
    public async Task Of_simultaneous_changes_of_an_application_none_fails()
    {
        var admin = await Person.AdminAsync(auth);
        var id = (await RegisterAsync(admin, new { name = "App", type = "public", redirectUris = new[] { Site } })).GetProperty("id").GetString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            admin.SendAsync(HttpMethod.Put, $"/clients/{id}", new { name = $"App {i}", type = "public", redirectUris = new[] { Site } })));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    private static async Task<JsonElement> RegisterAsync(Person person, object application)
    {
        var response = await person.SendAsync(HttpMethod.Post, "/clients", application);
        var made = await HttpAssert.JsonAsync(response, HttpStatusCode.Created);
        Assert.Equal($"/clients/{made.GetProperty("id").GetString()}", response.Headers.Location?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        return made;
    }

    private static async Task<List<string?>> IdsAsync(Person person)
    {
        var (ids, next) = (new List<string?>(), "");
        do
        {
            var page = await person.GetAsync("/clients?limit=2" + (next is "" ? "" : "&after=" + next));
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(client => client.GetProperty("id").GetString()));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return ids;
    }

    private Task<HttpResponseMessage> TokenAsync(string id, string secret) =>
        auth.TokenAsync(("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret));
}
