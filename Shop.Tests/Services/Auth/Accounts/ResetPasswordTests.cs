using System.Net;
using System.Net.Http.Json;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>Forgotten passwords, and addresses that are confirmed and changed.</summary>
[Collection<AuthAccounts>]
public sealed class ResetPasswordTests(AuthService auth)
{
    private const string Another = "a wholly different secret";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_forgot_their_password_gets_a_link_by_mail_which_is_good_once()
    {
        var person = await Person.NewAsync(auth);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("/password/forgot", new { email = $" {person.Email.ToUpperInvariant()}." })).StatusCode);
        var token = (await auth.Client.MailAsync(person.Email, "new password")).Token();

        var bad = await HttpAssert.ProblemAsync(await PostAsync("/password/reset", new { token, @new = "too short" }), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["new"], bad.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostAsync("/password/reset", new { token, @new = Another })));
        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.NoContent);

        await person.AssertSignedOutAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(person.Email)).StatusCode);
        person = await Person.SignInAsync(auth, person.Email, Another);
        Assert.True((await person.GetAsync("/me")).GetProperty("emailVerified").GetBoolean());
        Assert.Contains("new password", (await auth.Client.MailAsync(person.Email, "was changed")).Text, StringComparison.Ordinal);
        var again = await HttpAssert.ProblemAsync(await PostAsync("/password/reset", new { token, @new = Another }), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["token"], again.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal("By mail. Sessions ended: 1.", await auth.QueryAsync<string>("SELECT detail FROM audit WHERE action = 'password.reset' AND actor_id = $1", person.Id));
    }

    [Fact]
    public async Task A_mail_is_in_the_language_in_which_it_was_asked_for()
    {
        var person = await Person.NewAsync(auth);
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/password/forgot") { Content = JsonContent.Create(new { email = person.Email }), Headers = { { "Accept-Language", "de" } } };
        Assert.Equal(HttpStatusCode.Accepted, (await auth.Client.SendAsync(ask, Cancel)).StatusCode);

        var mail = await auth.Client.MailAsync(person.Email, "neues Passwort");

        Assert.Contains("innerhalb von 30 Minuten", mail.Text, StringComparison.Ordinal);
        Assert.NotEmpty(mail.Token());
        // The next one is not asked for in German.
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("/password/forgot", new { email = person.Email })).StatusCode);
        Assert.Contains("within 30 minutes", (await auth.Client.MailAsync(person.Email, "A new password")).Text, StringComparison.Ordinal);
    }

    [Fact, Trait("security", "8")]
    public async Task Whether_there_is_an_account_neither_the_answer_nor_its_time_tells()
    {
        var email = await auth.SomebodyAsync();
        var (known, unknown) = (new List<double>(), new List<double>());
        for (var i = 0; i < 30; i++)
        {
            known.Add(await TimeAsync(email));
            unknown.Add(await TimeAsync(AuthService.NewEmail()));
        }
        Assert.InRange(Median(known) / Median(unknown), 0.4, 2.5);

        async Task<double> TimeAsync(string whose)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using var answer = await PostAsync("/password/forgot", new { email = whose });
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal("", await answer.Content.ReadAsStringAsync(Cancel));
            return clock.Elapsed.TotalMilliseconds;
        }
        static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
    }

    [Fact]
    public async Task However_often_it_is_asked_a_mailbox_is_not_filled()
    {
        var email = await auth.SomebodyAsync();
        for (var i = 0; i < 8; i++)
        {
            await PostAsync("/password/forgot", new { email });
            await Eventually.EqualAsync(0L, () => auth.QueryAsync<long>("SELECT count(*) FROM forgotten_passwords WHERE email = $1", email));
        }
        // With the one that confirms the address.
        Assert.Equal(5L, await auth.QueryAsync<long>("SELECT count(*) FROM mailed_links l JOIN users u ON u.id = l.user_id WHERE u.email = $1", email));
    }

    [Fact]
    public async Task A_token_is_kept_as_a_hash_and_a_mail_encrypted()
    {
        var email = await auth.SomebodyAsync();
        await PostAsync("/password/forgot", new { email });
        var token = (await auth.Client.MailAsync(email, "new password")).Token();
        Assert.InRange(token.Length, 40, 60);
        Assert.Equal(2L, await auth.QueryAsync<long>("SELECT count(*) FROM mailed_links l JOIN users u ON u.id = l.user_id WHERE u.email = $1 AND length(token_hash) = 32", email));
    }

    [Fact]
    public async Task Whoever_registered_with_somebody_elses_address_loses_the_account_to_its_owner()
    {
        var squatter = await Person.NewAsync(auth);
        await Authenticator.TurnOnAsync(squatter);

        await PostAsync("/password/forgot", new { email = squatter.Email });
        var token = (await auth.Client.MailAsync(squatter.Email, "new password")).Token();
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync("/password/reset", new { token, @new = Another })).StatusCode);

        await squatter.AssertSignedOutAsync();
        var owner = await Person.SignInAsync(auth, squatter.Email, Another);
        Assert.False((await owner.GetAsync("/me")).GetProperty("twoFactor").GetBoolean());
    }

    [Fact]
    public async Task A_second_factor_of_who_has_shown_that_the_address_is_theirs_outlives_a_forgotten_password()
    {
        var person = await Person.NewAsync(auth);
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync("/email/confirm", new { token = (await auth.Client.MailAsync(person.Email, "confirm")).Token() })).StatusCode);
        await Authenticator.TurnOnAsync(person);

        await PostAsync("/password/forgot", new { email = person.Email });
        var token = (await auth.Client.MailAsync(person.Email, "new password")).Token();
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync("/password/reset", new { token, @new = Another })).StatusCode);

        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email, Another), HttpStatusCode.BadRequest);
        Assert.Equal("A code is required.", answer.GetProperty("error_description").GetString());
    }

    [Fact]
    public async Task A_link_for_one_thing_is_not_good_for_another_nor_after_half_an_hour_nor_after_a_new_password()
    {
        var person = await Person.NewAsync(auth);
        var confirm = (await auth.Client.MailAsync(person.Email, "confirm")).Token();
        await AssertNotGoodAsync("/password/reset", new { token = confirm, @new = Another });
        await AssertNotGoodAsync("/password/reset", new { token = "", @new = Another });
        await AssertNotGoodAsync("/password/reset", new { token = new string('a', 43), @new = Another });

        await PostAsync("/password/forgot", new { email = person.Email });
        var reset = (await auth.Client.MailAsync(person.Email, "new password")).Token();
        await AssertNotGoodAsync("/email/confirm", new { token = reset });
        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Put, "/me/password", new { current = AuthService.Password, @new = Another })).StatusCode);
        await AssertNotGoodAsync("/password/reset", new { token = reset, @new = AuthService.Password });

        await auth.QueryAsync<DateTime>("UPDATE mailed_links SET expires_at = now() WHERE user_id = $1 AND purpose = 'Confirm' RETURNING expires_at", person.Id);
        await AssertNotGoodAsync("/email/confirm", new { token = confirm });
    }

    private async Task AssertNotGoodAsync(string path, object body)
    {
        var problem = await HttpAssert.ProblemAsync(await PostAsync(path, body), HttpStatusCode.BadRequest, "validation");
        Assert.Equal(["token"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    private Task<HttpResponseMessage> PostAsync(string path, object body) => auth.Client.PostAsJsonAsync(path, body, Cancel);
}
