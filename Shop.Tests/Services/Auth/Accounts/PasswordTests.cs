using System.Net;

namespace Shop.Tests.Services.Auth.Accounts;

[Collection<AuthAccounts>]
public sealed class PasswordTests(AuthService auth)
{
    private const string Another = "a wholly different secret";

    [Fact, Trait("security", "6")]
    public async Task A_new_password_ends_all_other_sessions_and_every_refresh_token()
    {
        var person = await Person.NewAsync(auth);
        var other = await Person.SignInAsync(auth, person.Email);

        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(person, AuthService.Password, Another)).StatusCode);
        await other.AssertSignedOutAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(person.Email)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(person.Email, Another)).StatusCode);

        // The access token that changed it is good as long as it would have been, no more.
        await person.GetAsync("/me");
        Assert.Equal("invalid_grant", (await HttpAssert.JsonAsync(await person.RefreshAsync(), HttpStatusCode.BadRequest)).GetProperty("error").GetString());

        var elsewhere = await Person.SignInAsync(auth, person.Email, Another);
        Assert.Equal(HttpStatusCode.NoContent, (await ChangeAsync(elsewhere, Another, AuthService.Password)).StatusCode);
        await person.AssertSignedOutAsync();
    }

    [Fact, Trait("security", "6")]
    public async Task Without_the_present_password_there_is_no_new_one()
    {
        var person = await Person.NewAsync(auth);
        foreach (var wrong in new[] { "not the password at all", "", new string('x', 100_000) })
        {
            var problem = await HttpAssert.ProblemAsync(await ChangeAsync(person, wrong, Another), HttpStatusCode.BadRequest, "validation");
            Assert.Equal(["current"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        }
        var bad = await HttpAssert.ProblemAsync(await ChangeAsync(person, AuthService.Password, "too short"), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["new"], bad.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    [Fact]
    public async Task Of_simultaneous_changes_one_counts()
    {
        var person = await Person.NewAsync(auth);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => ChangeAsync(person, AuthService.Password, $"{Another} number {i}")));
        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.NoContent);
    }

    [Theory, Trait("security", "4")]
    [InlineData("aaaaaaaaaaaaaaa")]
    [InlineData("passwordpassword")]
    [InlineData("Summer2026!Summer2026!")]
    [InlineData("123456789012345")]
    [InlineData("qwertyuiopasdfghjkl")]
    [InlineData("1qaz2wsx3edc4rfv")]
    [InlineData("P@ssw0rd12345678")]
    [InlineData("I love you so much!!1")]
    [InlineData("correct-password")]
    [InlineData("Shop Shop Shop.test 1")]
    [InlineData("Annabel-Lee.1849")]
    [InlineData("shop-Annabel-2026")]
    public async Task A_password_that_is_tried_first_is_refused(string password)
    {
        var response = await auth.RegisterAsync(new { email = $"lee.{Guid.NewGuid():N}@example.org", password, displayName = "Annabel Lee" });
        var problem = await HttpAssert.ProblemAsync(response, HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory, Trait("security", "3")]
    [InlineData("correct horse battery staple")]
    [InlineData("all lower case words")]
    [InlineData("пятнадцать знаков")]
    [InlineData("the shop round the corner of Annabel's street")]
    [InlineData("   spaces count  ")]
    [InlineData("847201956308174")]
    public async Task A_long_password_of_any_kind_is_taken(string password)
    {
        var email = AuthService.NewEmail();
        await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email, password, displayName = "Annabel Lee" }), HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(email, password)).StatusCode);
    }

    [Fact, Trait("security", "7")]
    public async Task A_hash_that_was_made_at_less_cost_is_made_anew_at_sign_in()
    {
        var email = await auth.SomebodyAsync();
        var cheap = new Microsoft.AspNetCore.Identity.PasswordHasher<Shop.Auth.Accounts.User>(
            Microsoft.Extensions.Options.Options.Create(new Microsoft.AspNetCore.Identity.PasswordHasherOptions { IterationCount = 1000 }))
            .HashPassword(new(), AuthService.Password);
        await auth.QueryAsync<Guid>("UPDATE users SET password_hash = $1 WHERE email = $2 RETURNING id", cheap, email);

        using var realCost = await auth.ListenAsync();
        Assert.Equal(HttpStatusCode.OK, (await AuthService.TokenAsync(
            realCost, ("grant_type", "password"), ("username", email), ("password", AuthService.Password))).StatusCode);
        var made = Convert.FromBase64String(await auth.QueryAsync<string>("SELECT password_hash FROM users WHERE email = $1", email));
        // Identity's format: a byte for the version, then the pseudo-random function and the iterations, big-endian.
        Assert.Equal(210_000, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(made.AsSpan(5)));
        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(email)).StatusCode);
    }

    private static Task<HttpResponseMessage> ChangeAsync(Person person, string current, string wanted) =>
        person.SendAsync(HttpMethod.Put, "/me/password", new { current, @new = wanted });
}
