using System.Net;
using Microsoft.AspNetCore.Identity;
using Shop.Auth.Accounts;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>One person has one account, however their address, name and password are written.</summary>
[Collection<AuthAccounts>]
public sealed class EmailAddressTests(AuthService auth)
{
    [Theory]
    [InlineData("rene\u0301.{0}@example.org", "ren\u00E9.{0}@example.org")]
    [InlineData("{0}@m\u00FCller.example", "{0}@xn--mller-kva.example")]
    [InlineData("{0}@xn--mller-kva.example", "{0}@mu\u0308LLER.example")]
    [InlineData("{0}@example.org", "{0}@example.org.")]
    [InlineData("{0}@example.org", "{0}@example\u3002org\u3002")]
    [InlineData("{0}@example.org", "{0}\uFF20\uFF45xample.org")]
    [InlineData("{0}@example.org", "{0}@exam\u200Bple.org")]
    [InlineData("{0}@example.org", "\u202E{0}\u202C@example.org")]
    [InlineData("ann{0}@example.org", "a\u00ADn\u2060n\uFE0F{0}@example.org")]
    [InlineData("ann{0}@example.org", "\uFF41nn{0}@EXAMPLE.org")]
    [InlineData("strasse{0}@example.org", "stra\u017Fse{0}@example.org")]
    public async Task However_an_address_is_written_it_has_one_account(string one, string other)
    {
        var unique = Guid.NewGuid().ToString("N");
        (one, other) = (string.Format(null, one, unique), string.Format(null, other, unique));
        await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email = one, password = AuthService.Password }), HttpStatusCode.Created);

        await HttpAssert.ProblemAsync(await auth.RegisterAsync(new { email = other, password = AuthService.Password }), HttpStatusCode.Conflict, "email-taken");
        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(other)).StatusCode);
        var browser = auth.NewBrowser();
        await browser.OpenAsync("/account");
        Assert.Equal("/account", (await browser.SubmitAsync("/sign-in", ("email", other), ("password", AuthService.Password))).Address.AbsolutePath);
    }

    [Theory]
    [InlineData("stra\u00DFe{0}@example.org", "strasse{0}@example.org")]
    [InlineData("\u0440{0}@example.org", "p{0}@example.org")]
    public async Task Addresses_that_only_look_alike_are_two(string one, string other)
    {
        var unique = Guid.NewGuid().ToString("N");
        foreach (var email in (string[])[one, other])
            await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email = string.Format(null, email, unique), password = AuthService.Password }), HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("a..b@example.org")]
    [InlineData(".ab@example.org")]
    [InlineData("ab@exa..mple.org")]
    [InlineData("ab@-example.org")]
    [InlineData("ab@\u200B")]
    [InlineData("\u200B@example.org")]
    [InlineData("ab@xn--zzzz.example")]
    public async Task What_nobody_can_write_to_is_no_address(string email)
    {
        var problem = await HttpAssert.ProblemAsync(await auth.RegisterAsync(new { email, password = AuthService.Password }), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["email"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task A_password_is_the_same_from_every_keyboard()
    {
        const string Composed = "caf\u00E9 au lait \u00E0 Paris", Decomposed = "cafe\u0301\u00A0au lait\u3000a\u0300 Paris";
        foreach (var (chosen, typed) in ((string, string)[])[(Composed, Decomposed), (Decomposed, Composed)])
        {
            var email = AuthService.NewEmail();
            await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email, password = chosen }), HttpStatusCode.Created);
            Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(email, typed)).StatusCode);
            Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(email, typed.Replace("cafe\u0301", "cafe", StringComparison.Ordinal).Replace("caf\u00E9", "cafe", StringComparison.Ordinal))).StatusCode);
        }
    }

    [Fact]
    public async Task A_password_that_was_set_before_passwords_had_one_form_is_good_still_and_gets_it()
    {
        const string Typed = "cafe\u0301 au lait every day", Composed = "caf\u00E9 au lait every day";
        var email = await auth.SomebodyAsync();
        var hash = new PasswordHasher<User>().HashPassword(new(), Typed);
        await auth.QueryAsync<Guid>("UPDATE users SET password_hash = $1 WHERE email = $2 RETURNING id", hash, email);

        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(email, Composed)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(email, Typed)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(email, Composed)).StatusCode);
    }

    [Fact]
    public async Task Accounts_that_were_made_before_addresses_had_one_form_get_in_as_ever()
    {
        await using var database = await TestDatabase.CreateAsync("auth");
        var (alone, first, second) = ("rene\u0301@example.org", "zoe\u0308@example.org", "zo\u00EB@example.org");
        await using (var before = AuthService.Host(database))
        {
            using var client = before.CreateClient();
            await using var source = Npgsql.NpgsqlDataSource.Create(database.ConnectionString);
            foreach (var (made, email) in ((string, string)[])[("a@example.org", alone), ("b@example.org", first), ("c@example.org", second)])
            {
                (await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(client, "/register", new { email = made, password = AuthService.Password }, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
                await using var age = source.CreateCommand("UPDATE users SET email = $1, user_name = $1, normalized_email = $2, normalized_user_name = $2 WHERE email = $3");
                age.Parameters.Add(new() { Value = email });
                age.Parameters.Add(new() { Value = email.ToUpperInvariant() });
                age.Parameters.Add(new() { Value = made });
                Assert.Equal(1, await age.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
            }
        }

        await using var now = AuthService.Host(database);
        using var auth = now.CreateClient();
        var ids = new List<string>();
        foreach (var email in (string[])[alone, alone.Normalize(), first, second])
        {
            var answer = await HttpAssert.JsonAsync(await AuthService.TokenAsync(auth, ("grant_type", "password"), ("username", email), ("password", AuthService.Password)), HttpStatusCode.OK);
            ids.Add(new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(answer.GetProperty("access_token").GetString()).Subject);
        }
        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal(ids[0], ids[1]);
    }

    [Theory]
    [InlineData("\u200B")]
    [InlineData("\u2066\u2069")]
    [InlineData("\u3164")]
    [InlineData("\u0301")]
    public async Task A_name_has_something_to_be_seen(string displayName)
    {
        var problem = await HttpAssert.ProblemAsync(
            await auth.RegisterAsync(new { email = AuthService.NewEmail(), password = AuthService.Password, displayName }), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["displayName"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        var person = await Person.NewAsync(auth);
        await HttpAssert.ProblemAsync(await person.SendAsync(HttpMethod.Patch, "/me", new { displayName }), HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task A_name_is_stored_in_one_form()
    {
        var person = await Person.NewAsync(auth);
        var renamed = await HttpAssert.JsonAsync(await person.SendAsync(HttpMethod.Patch, "/me", new { displayName = " Rene\u0301\u200B \u202E" }), HttpStatusCode.OK);
        Assert.Equal("Ren\u00E9", renamed.GetProperty("displayName").GetString());
    }
}
