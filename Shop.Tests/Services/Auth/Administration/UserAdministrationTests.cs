using System.Net;
using System.Text.Json;

namespace Shop.Tests.Services.Auth.Administration;

[Collection<SharedAuth>]
public sealed class UserAdministrationTests(AuthService auth)
{
    [Fact]
    public async Task Staff_sees_a_user()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        var user = await admin.GetAsync($"/users/{person.Id}");
        Assert.Equal(["id", "email", "displayName", "roles", "locked", "createdAt"], user.EnumerateObject().Select(member => member.Name));
        Assert.Equal(person.Email, user.GetProperty("email").GetString());
        Assert.Equal(["customer"], Names(user.GetProperty("roles")));
        Assert.False(user.GetProperty("locked").GetBoolean());
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Get, $"/users/{Guid.NewGuid()}"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Users_are_found_by_the_beginning_of_their_address_or_name_page_by_page()
    {
        var (admin, mark) = (await Person.AdminAsync(auth), Guid.NewGuid().ToString("N"));
        foreach (var (email, displayName) in new[]
        {
            ($"{mark}.b@example.org", "Zoë"), ($"{mark}.a@example.org", $"{mark} too"), ($"x{mark}@example.org", $"{mark.ToUpperInvariant()}é"), ($"y{mark}@example.org", $"not {mark}"),
        })
        {
            (await auth.RegisterAsync(new { email, password = AuthService.Password, displayName })).EnsureSuccessStatusCode();
        }

        foreach (var limit in new[] { 1, 2, 3, 100 })
            Assert.Equal([$"{mark}.a@example.org", $"{mark}.b@example.org", $"x{mark}@example.org"], await FoundAsync(admin, mark, limit));
        Assert.Equal([$"x{mark}@example.org"], await FoundAsync(admin, $"{mark}É", 10));
        Assert.Equal([$"{mark}.b@example.org"], await FoundAsync(admin, $" {mark}.B@EXAMPLE ", 10));
        Assert.Empty(await FoundAsync(admin, mark + "%", 10));
        Assert.Empty(await FoundAsync(admin, "' OR '1'='1", 10));
    }

    [Fact]
    public async Task All_users_are_listed_newest_first()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        var other = await Person.NewAsync(auth);
        var newest = await admin.GetAsync("/users?limit=2");
        Assert.Equal([other.Email, person.Email], newest.GetProperty("items").EnumerateArray().Select(user => user.GetProperty("email").GetString()));
        Assert.NotNull(newest.GetProperty("next").GetString());
        Assert.Contains(AuthService.AdminEmail, await FoundAsync(admin, "", 100));
    }

    [Fact, Trait("security", "40")]
    public async Task A_bad_query_is_refused()
    {
        var admin = await Person.AdminAsync(auth);
        foreach (var query in new[] { "q=" + new string('x', 101), "limit=101", "limit=0", "after=nonsense" })
            Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, "/users?" + query)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.SendAsync(HttpMethod.Get, "/users?q=a%00b")).StatusCode);
    }

    [Fact, Trait("security", "24")]
    public async Task Nobody_else_manages_users()
    {
        var (person, support) = (await Person.NewAsync(auth), await Person.NewAsync(auth, "support"));
        (HttpMethod Method, string Path, object? Body)[] requests =
        [
            (HttpMethod.Get, "/users", null), (HttpMethod.Get, $"/users/{person.Id}", null), (HttpMethod.Put, $"/users/{person.Id}/roles", new { roles = new[] { "admin" } }),
            (HttpMethod.Post, $"/users/{person.Id}/lock", null), (HttpMethod.Post, $"/users/{person.Id}/unlock", null),
            (HttpMethod.Get, $"/users/{person.Id}/sessions", null), (HttpMethod.Delete, $"/users/{person.Id}/sessions/{Guid.NewGuid()}", null),
            (HttpMethod.Delete, $"/users/{person.Id}/sessions", null), (HttpMethod.Get, "/roles", null),
            (HttpMethod.Put, "/roles/customer", new { permissions = new[] { "users.manage" } }), (HttpMethod.Get, "/audit", null),
        ];
        foreach (var (method, path, body) in requests)
        {
            await HttpAssert.ProblemAsync(await person.SendAsync(method, path, body), HttpStatusCode.Forbidden, "forbidden");
            await HttpAssert.ProblemAsync(await support.SendAsync(method, path, body), HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task A_user_has_exactly_the_roles_that_they_were_given_last()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        foreach (var roles in new string[][] { ["support", "catalog-manager", "support"], [], ["customer"] })
        {
            var user = await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Put, $"/users/{person.Id}/roles", new { roles }), HttpStatusCode.OK);
            Assert.Equal(roles.Distinct().Order(), Names(user.GetProperty("roles")));
        }
        foreach (var roles in new string?[][] { ["king"], ["Customer"], [null], [.. Enumerable.Repeat("customer", 51)] })
            await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Put, $"/users/{person.Id}/roles", new { roles }), HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(
            await admin.SendAsync(HttpMethod.Put, $"/users/{Guid.NewGuid()}/roles", new { roles = new[] { "customer" } }), HttpStatusCode.NotFound, "not-found");
    }

    [Fact, Trait("security", "19")]
    public async Task Whoever_is_demoted_loses_what_wants_a_permission_at_once()
    {
        var (admin, other) = (await Person.AdminAsync(auth), await Person.NewAsync(auth, "admin"));
        Assert.Equal(HttpStatusCode.OK, (await other.SendAsync(HttpMethod.Get, "/users")).StatusCode);
        await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Put, $"/users/{other.Id}/roles", new { roles = Array.Empty<string>() }), HttpStatusCode.OK);

        await HttpAssert.ProblemAsync(await other.SendAsync(HttpMethod.Get, "/users"), HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal(HttpStatusCode.OK, (await other.SendAsync(HttpMethod.Get, "/me")).StatusCode);
    }

    [Fact, Trait("security", "19")]
    public async Task A_locked_user_is_out_at_once_and_looks_like_somebody_with_a_wrong_password()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        var user = await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{person.Id}/lock"), HttpStatusCode.OK);
        Assert.True(user.GetProperty("locked").GetBoolean());
        await person.AssertSignedOutAsync();

        var locked = await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email), HttpStatusCode.BadRequest);
        var wrong = await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email, "not the password at all"), HttpStatusCode.BadRequest);
        Assert.Equal(wrong.GetRawText(), locked.GetRawText());

        user = await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{person.Id}/unlock"), HttpStatusCode.OK);
        Assert.False(user.GetProperty("locked").GetBoolean());
        // The sessions from before do not come back.
        await person.AssertSignedOutAsync();
        Assert.Equal(HttpStatusCode.OK, (await (await Person.SignInAsync(auth, person.Email)).SendAsync(HttpMethod.Get, "/me")).StatusCode);
        foreach (var what in new[] { "lock", "unlock" })
            await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Post, $"/users/{Guid.NewGuid()}/{what}"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact, Trait("security", "18")]
    public async Task Staff_ends_all_sessions_of_a_user()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        var other = await Person.SignInAsync(auth, person.Email);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/sessions")).StatusCode);
        await person.AssertSignedOutAsync();
        await other.AssertSignedOutAsync();
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/users/{Guid.NewGuid()}/sessions"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact, Trait("security", "18")]
    public async Task Staff_sees_where_a_user_is_signed_in_and_ends_one_of_these_sessions()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        var other = await Person.SignInAsync(auth, person.Email);
        var sessions = (await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Get, $"/users/{person.Id}/sessions"), HttpStatusCode.OK)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, sessions.Count);
        Assert.DoesNotContain(sessions, session => session.GetProperty("current").GetBoolean());

        var first = sessions[^1].GetProperty("id").GetGuid();
        // Somebody else's session is not this user's.
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/users/{admin.Id}/sessions/{first}"), HttpStatusCode.NotFound, "not-found");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/sessions/{first}")).StatusCode);
        await person.AssertSignedOutAsync();
        Assert.Equal(HttpStatusCode.OK, (await other.SendAsync(HttpMethod.Get, "/me")).StatusCode);
        // Ended already: a colleague was faster.
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/sessions/{first}"), HttpStatusCode.NotFound, "not-found");
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Get, $"/users/{Guid.NewGuid()}/sessions"), HttpStatusCode.NotFound, "not-found");

        var audit = (await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Get, $"/audit?subject={person.Id}&action=session.end"), HttpStatusCode.OK)).GetProperty("items")[0];
        Assert.Equal(admin.Id, audit.GetProperty("actorId").GetGuid());
        Assert.Contains($"{first}", audit.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<List<string?>> FoundAsync(Person admin, string q, int limit)
    {
        var (found, next) = (new List<string?>(), (string?)"");
        while (next is not null)
        {
            var page = await admin.GetAsync($"/users?q={Uri.EscapeDataString(q)}&limit={limit}&after={next}");
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(user => user.GetProperty("email").GetString()));
            next = page.GetProperty("next").GetString();
        }
        return found;
    }

    private static IEnumerable<string?> Names(JsonElement names) => names.EnumerateArray().Select(name => name.GetString());
}
