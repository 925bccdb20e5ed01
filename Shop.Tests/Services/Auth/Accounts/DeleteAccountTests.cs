using System.Net;

namespace Shop.Tests.Services.Auth.Accounts;

[Collection<AuthAccounts>]
public sealed class DeleteAccountTests(AuthService auth)
{
    [Fact]
    public async Task A_deleted_account_leaves_nothing_of_its_person_and_the_address_is_free()
    {
        var person = await Person.NewAsync(auth, "support");
        var other = await Person.SignInAsync(auth, person.Email);
        await auth.SignInAsync(person.Email, "not the password at all");
        await person.RefreshAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(person, AuthService.Password)).StatusCode);
        await person.AssertSignedOutAsync();
        await other.AssertSignedOutAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(person.Email)).StatusCode);
        foreach (var table in new[] { "users WHERE id = $1", "user_roles WHERE user_id = $1", "authorizations WHERE subject = $1::text", "tokens WHERE subject = $1::text" })
            Assert.Equal(0L, await auth.QueryAsync<long>("SELECT count(*) FROM " + table, person.Id));

        // What was done stays known, who it was does not, but for the sign-in that failed since.
        Assert.True(await auth.QueryAsync<long>("SELECT count(*) FROM audit WHERE actor_id = $1", person.Id) >= 3);
        Assert.Equal(1L, await auth.QueryAsync<long>("SELECT count(*) FROM audit WHERE actor_email = upper($1)", person.Email));

        (await auth.RegisterAsync(new { email = person.Email, password = AuthService.Password })).EnsureSuccessStatusCode();
        var successor = await Person.SignInAsync(auth, person.Email);
        Assert.NotEqual(person.Id, successor.Id);
        Assert.Equal(["customer"], (await successor.GetAsync("/me")).GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
    }

    [Fact]
    public async Task Without_the_password_nothing_is_deleted()
    {
        var person = await Person.NewAsync(auth);
        foreach (var wrong in new[] { "not the password at all", new string('x', 100_000) })
        {
            var problem = await HttpAssert.ProblemAsync(await DeleteAsync(person, wrong), HttpStatusCode.BadRequest, "validation");
            Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await person.SendAsync(HttpMethod.Delete, "/me")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    private static Task<HttpResponseMessage> DeleteAsync(Person person, string password) => person.SendAsync(HttpMethod.Delete, "/me", new { password });
}
