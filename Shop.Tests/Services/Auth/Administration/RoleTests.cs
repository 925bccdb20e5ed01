using System.Net;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Auth.Administration;

[Collection<SharedAuth>]
public sealed class RoleTests(AuthService auth)
{
    [Fact]
    public async Task The_roles_are_listed_with_what_they_permit()
    {
        var admin = await Person.AdminAsync(auth);
        var first = await admin.GetAsync("/roles?limit=1");
        Assert.Equal("admin", first.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Equal(Permissions.All.Order(), first.GetProperty("items")[0].GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));

        var rest = await admin.GetAsync($"/roles?after={first.GetProperty("next").GetString()}&limit=100");
        string?[] names = [.. rest.GetProperty("items").EnumerateArray().Select(role => role.GetProperty("name").GetString())];
        Assert.Empty(new[] { "catalog-manager", "customer", "support" }.Except(names));
        Assert.DoesNotContain("admin", names);
    }

    [Fact, Trait("security", "19")]
    public async Task A_role_is_made_and_changed_and_that_takes_effect_at_once()
    {
        var (admin, name) = (await Person.AdminAsync(auth), $"clerk-{Guid.NewGuid():N}");
        var made = await HttpAssert.JsonAsync(await SetAsync(admin, name, "users.manage", "orders.read", "users.manage"), HttpStatusCode.Created);
        Assert.Equal(["orders.read", "users.manage"], made.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));

        var clerk = await Person.NewAsync(auth, name);
        Assert.Equal(HttpStatusCode.OK, (await clerk.SendAsync(HttpMethod.Get, "/users")).StatusCode);
        await HttpAssert.JsonAsync(await SetAsync(admin, name, "orders.read"), HttpStatusCode.OK);
        await HttpAssert.ProblemAsync(await clerk.SendAsync(HttpMethod.Get, "/users"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task What_cannot_be_a_role_is_refused()
    {
        var admin = await Person.AdminAsync(auth);
        await HttpAssert.ProblemAsync(await SetAsync(admin, "customer", "everything"), HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(await SetAsync(admin, "Customer"), HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(await SetAsync(admin, new string('x', 51)), HttpStatusCode.BadRequest, "validation");
        await HttpAssert.ProblemAsync(await SetAsync(admin, "admin", "orders.read"), HttpStatusCode.Conflict, "admin-role");
    }

    [Fact]
    public async Task Of_simultaneous_changes_of_a_role_one_is_left()
    {
        var (admin, name) = (await Person.AdminAsync(auth), $"clerk-{Guid.NewGuid():N}");
        var answers = await Task.WhenAll(Permissions.All.Select(permission => SetAsync(admin, name, permission)));
        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode));
        Assert.Equal(1L, await auth.QueryAsync<long>("SELECT count(*) FROM role_claims c JOIN roles r ON r.id = c.role_id WHERE r.name = $1", name));
    }

    [Fact, Trait("security", "19")]
    public async Task A_role_that_is_deleted_is_taken_from_all_who_have_it_at_once()
    {
        var (admin, name) = (await Person.AdminAsync(auth), $"clerk-{Guid.NewGuid():N}");
        await HttpAssert.JsonAsync(await SetAsync(admin, name, "users.manage"), HttpStatusCode.Created);
        var clerk = await Person.NewAsync(auth, name, "customer");

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/roles/{name}")).StatusCode);

        await HttpAssert.ProblemAsync(await clerk.SendAsync(HttpMethod.Get, "/users"), HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal("""["customer"]""", (await admin.GetAsync($"/users/{clerk.Id}")).GetProperty("roles").GetRawText());
        Assert.Equal(1L, await auth.QueryAsync<long>("SELECT count(*) FROM audit WHERE action = 'role.delete' AND subject = $1", name));
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/roles/{name}"), HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("customer")]
    public async Task What_the_shop_cannot_do_without_is_not_deleted(string name)
    {
        var admin = await Person.AdminAsync(auth);
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/roles/{name}"), HttpStatusCode.Conflict, $"{name}-role");
        await HttpAssert.ProblemAsync(await (await Person.NewAsync(auth)).SendAsync(HttpMethod.Delete, "/roles/support"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_role_that_is_given_set_and_deleted_at_the_same_time_fails_nobody()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        for (var round = 0; round < 5; round++)
        {
            var name = $"clerk-{Guid.NewGuid():N}";
            await SetAsync(admin, name);
            var answers = await Task.WhenAll(
                admin.SendAsync(HttpMethod.Put, $"/users/{person.Id}/roles", new { roles = new[] { name } }),
                admin.SendAsync(HttpMethod.Delete, $"/roles/{name}"),
                SetAsync(admin, name, "orders.read"),
                admin.SendAsync(HttpMethod.Delete, $"/roles/{name}"));
            Assert.All(answers, answer => Assert.InRange((int)answer.StatusCode, 200, 499));
        }
    }

    private static Task<HttpResponseMessage> SetAsync(Person person, string name, params string[] permissions) =>
        person.SendAsync(HttpMethod.Put, $"/roles/{name}", new { permissions });
}
