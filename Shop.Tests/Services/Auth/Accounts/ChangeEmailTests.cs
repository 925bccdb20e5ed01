using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Shop.Tests.Services.Auth.Accounts;

[Collection<AuthAccounts>]
public sealed class ChangeEmailTests(AuthService auth)
{
    [Fact]
    public async Task A_newcomers_address_is_confirmed_by_the_link_that_was_mailed_there()
    {
        var person = await Person.NewAsync(auth);
        Assert.False((await person.GetAsync("/me")).GetProperty("emailVerified").GetBoolean());
        var before = JsonElement.Parse(Base64UrlEncoder.Decode(person.AccessToken.Split('.')[1]));

        var confirmed = await ConfirmAsync((await auth.Client.MailAsync(person.Email, "confirm")).Token());
        Assert.Equal(HttpStatusCode.NoContent, confirmed.StatusCode);
        Assert.True((await person.GetAsync("/me")).GetProperty("emailVerified").GetBoolean());
        Assert.False(before.TryGetProperty("email_verified", out var claimed) && claimed.GetBoolean());
        var tokens = await CodeFlow.TokensAsync(auth, auth.NewBrowser(), person.Email);
        foreach (var token in (string[])["id_token", "access_token"])
            Assert.True(JsonElement.Parse(Base64UrlEncoder.Decode(tokens.GetProperty(token).GetString()!.Split('.')[1])).GetProperty("email_verified").GetBoolean());
        var about = await HttpAssert.JsonAsync(await auth.SendAsync(HttpMethod.Get, "/connect/userinfo", tokens.GetProperty("access_token").GetString()!), HttpStatusCode.OK);
        Assert.True(about.GetProperty("email_verified").GetBoolean());
    }

    [Fact]
    public async Task A_new_address_counts_when_its_mail_was_answered_and_the_old_one_is_told()
    {
        var (person, wanted) = (await Person.NewAsync(auth), AuthService.NewEmail());
        var problem = await HttpAssert.ProblemAsync(await AskAsync(person, wanted, "not the password at all"), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["password"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(person, wanted)).StatusCode);

        var token = (await auth.Client.MailAsync(wanted, "confirm")).Token();
        await auth.Client.MailAsync(person.Email, "is to be changed");
        Assert.Equal(person.Email, (await person.GetAsync("/me")).GetProperty("email").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(wanted)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await ConfirmAsync(token)).StatusCode);
        await auth.Client.MailAsync(person.Email, "was changed");
        var account = await person.GetAsync("/me");
        Assert.Equal(wanted, account.GetProperty("email").GetString());
        Assert.True(account.GetProperty("emailVerified").GetBoolean());
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(person.Email)).StatusCode);
        await Person.SignInAsync(auth, wanted);
        await HttpAssert.ProblemAsync(await ConfirmAsync(token), HttpStatusCode.BadRequest, "validation");
        // The old address is free.
        await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email = person.Email, password = AuthService.Password }), HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_address_of_another_account_cannot_be_had()
    {
        var (person, other, free) = (await Person.NewAsync(auth), await auth.SomebodyAsync(), AuthService.NewEmail());
        await HttpAssert.ProblemAsync(await AskAsync(person, other.ToUpperInvariant()), HttpStatusCode.Conflict, "email-taken");

        // Taken while the mail was on its way.
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(person, free)).StatusCode);
        var token = (await auth.Client.MailAsync(free, "confirm")).Token();
        await HttpAssert.JsonAsync(await auth.RegisterAsync(new { email = free, password = AuthService.Password }), HttpStatusCode.Created);
        await HttpAssert.ProblemAsync(await ConfirmAsync(token), HttpStatusCode.Conflict, "email-taken");
    }

    [Fact]
    public async Task A_new_password_calls_off_a_change_of_address()
    {
        var (person, wanted) = (await Person.NewAsync(auth), AuthService.NewEmail());
        await AskAsync(person, wanted);
        var token = (await auth.Client.MailAsync(wanted, "confirm")).Token();
        await person.SendAsync(HttpMethod.Put, "/me/password", new { current = AuthService.Password, @new = "a wholly different secret" });
        await HttpAssert.ProblemAsync(await ConfirmAsync(token), HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task Nobodys_mailbox_is_filled_from_an_account()
    {
        var person = await Person.NewAsync(auth);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
            answers.Add((await AskAsync(person, AuthService.NewEmail())).StatusCode);
        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], answers);
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_changes_no_address() => await HttpAssert.ProblemAsync(
        await auth.Client.PostAsJsonAsync("/me/email", new { email = AuthService.NewEmail(), password = AuthService.Password }, TestContext.Current.CancellationToken),
        HttpStatusCode.Unauthorized, "unauthorized");

    private static Task<HttpResponseMessage> AskAsync(Person person, string email, string password = AuthService.Password) =>
        person.SendAsync(HttpMethod.Post, "/me/email", new { email, password });

    private Task<HttpResponseMessage> ConfirmAsync(string token) =>
        auth.Client.PostAsJsonAsync("/email/confirm", new { token }, TestContext.Current.CancellationToken);
}
