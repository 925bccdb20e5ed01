using System.Net;
using System.Text;

namespace Shop.Tests.Services.Auth.Accounts;

[Collection<AuthAccounts>]
public sealed class RegisterTests(AuthService auth)
{
    [Fact]
    public async Task A_newcomer_gets_an_account_as_a_customer()
    {
        var email = AuthService.NewEmail();
        var response = await auth.RegisterAsync(new { email = $"  {email} ", password = AuthService.Password, displayName = "  Ann Ä. 灯 " });

        var account = await HttpAssert.JsonAsync(response, HttpStatusCode.Created);
        Assert.Equal(email, account.GetProperty("email").GetString());
        Assert.Equal("Ann Ä. 灯", account.GetProperty("displayName").GetString());
        Assert.Equal(["customer"], account.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.Equal($"/users/{account.GetProperty("id").GetGuid()}", response.Headers.Location?.ToString());
    }

    [Theory, Trait("security", "1")]
    [InlineData("nobody", 15, "name", "email")]
    [InlineData("", 15, "name", "email")]
    [InlineData("a b@example.org", 15, "name", "email")]
    [InlineData("a@b@example.org", 15, "name", "email")]
    [InlineData("a@", 15, "name", "email")]
    [InlineData("a\0@example.org", 15, "name", "email")]
    [InlineData("<a@example.org>", 15, "name", "email")]
    [InlineData("ok@example.org", 14, "name", "password")]
    [InlineData("ok@example.org", 257, "name", "password")]
    [InlineData("ok@example.org", 15, " ", "displayName")]
    [InlineData("ok@example.org", 15, "tab\tname", "displayName")]
    public async Task A_bad_field_is_named(string email, int passwordLength, string displayName, string field)
    {
        var response = await auth.RegisterAsync(new { email, password = string.Concat(Enumerable.Range(0, passwordLength).Select(i => (char)('a' + i * i % 26))), displayName });
        var problem = await HttpAssert.ProblemAsync(response, HttpStatusCode.BadRequest, "validation");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory, Trait("security", "2")]
    [InlineData(15)]
    [InlineData(64)]
    [InlineData(256)]
    public async Task A_long_password_is_taken_whole(int length)
    {
        var (email, password) = (AuthService.NewEmail(), new string('é', length - 1));
        await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email, password = password + "1" }), HttpStatusCode.Created);

        Assert.Equal(HttpStatusCode.OK, (await auth.SignInAsync(email, password + "1")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(email, password + "2")).StatusCode);
    }

    [Fact]
    public async Task The_address_is_no_password()
    {
        var email = AuthService.NewEmail();
        await HttpAssert.ProblemAsync(await auth.RegisterAsync(new { email, password = email.ToUpperInvariant() }), HttpStatusCode.BadRequest, "validation");
    }

    [Fact, Trait("security", "5")]
    public async Task A_password_has_no_hint_no_question_and_no_last_day()
    {
        var document = await auth.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);

        foreach (var word in (string[])["hint", "question", "passwordExpir", "secretAnswer"])
            Assert.DoesNotContain(word, document, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_address_is_taken_whatever_its_case()
    {
        var email = await auth.SomebodyAsync();
        var response = await auth.RegisterAsync(new { email = email.ToUpperInvariant(), password = AuthService.Password });
        await HttpAssert.ProblemAsync(response, HttpStatusCode.Conflict, "email-taken");
    }

    [Fact]
    public async Task Of_simultaneous_registrations_of_one_address_one_succeeds()
    {
        var email = AuthService.NewEmail();
        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => auth.RegisterAsync(new { email, password = AuthService.Password })));

        Assert.Single(responses, response => response.StatusCode is HttpStatusCode.Created);
        Assert.Equal(19, responses.Count(response => response.StatusCode is HttpStatusCode.Conflict));
    }

    [Fact, Trait("security", "25")]
    public async Task What_a_newcomer_says_they_are_is_ignored()
    {
        var response = await auth.RegisterAsync(new
        {
            id = Guid.Empty,
            email = AuthService.NewEmail(),
            password = AuthService.Password,
            roles = new[] { "admin" },
            role = "admin",
            permissions = new[] { "users.manage" },
        });
        var account = await HttpAssert.JsonAsync(response, HttpStatusCode.Created);
        Assert.NotEqual(Guid.Empty, account.GetProperty("id").GetGuid());
        Assert.Equal(["customer"], account.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
    }

    [Theory]
    [InlineData("", "application/json", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("null", "application/json", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("{", "application/json", HttpStatusCode.BadRequest, "malformed-json")]
    [InlineData("[]", "application/json", HttpStatusCode.BadRequest, "malformed-json")]
    [InlineData("{}", "application/json", HttpStatusCode.BadRequest, "validation")]
    [InlineData("{\"email\": 1}", "application/json", HttpStatusCode.BadRequest, "validation")]
    [InlineData("{\"email\": null, \"password\": null}", "application/json", HttpStatusCode.BadRequest, "validation")]
    [InlineData("{\"email\": \"a\", \"email\": \"b\"}", "application/json", HttpStatusCode.BadRequest, "validation")]
    [InlineData("{\"email\": \"\\ud800\"}", "application/json", HttpStatusCode.BadRequest, "validation")]
    [InlineData("email=a", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType, "unsupported-media-type")]
    public async Task An_unreadable_body_is_a_problem_of_the_client(string body, string contentType, HttpStatusCode status, string type)
    {
        using var content = new StringContent(body, Encoding.UTF8, contentType);
        await HttpAssert.ProblemAsync(await auth.Client.PostAsync("/register", content, TestContext.Current.CancellationToken), status, type);
    }
}
