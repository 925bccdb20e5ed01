using System.Net;

namespace Shop.Tests.Services.Auth.SigningIn;

[Collection<AuthPages>]
public sealed class TwoFactorTests(AuthService auth)
{
    [Fact]
    public async Task A_code_turns_it_on_and_is_asked_for_from_then_on()
    {
        var (person, elsewhere) = await TwiceAsync();
        Assert.False((await person.GetAsync("/me")).GetProperty("twoFactor").GetBoolean());
        var app = await Authenticator.BeginAsync(person);
        // Begun only.
        await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email), HttpStatusCode.OK);

        var codes = Authenticator.Codes(await HttpAssert.JsonAsync(
            await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = app.Code() }), HttpStatusCode.OK));

        Assert.Equal(10, codes.Distinct().Count());
        Assert.True((await person.GetAsync("/me")).GetProperty("twoFactor").GetBoolean());
        // Who came in without a code is out, but for whoever turned it on.
        await elsewhere.AssertSignedOutAsync();
        await HttpAssert.JsonAsync(await person.RefreshAsync(), HttpStatusCode.OK);

        Assert.Equal("A code is required.", await RefusedAsync(await auth.SignInAsync(person.Email)));
        Assert.Equal("The code is wrong.", await RefusedAsync(await SignInAsync(person, app.WrongCode())));
        // Whether there is a second factor is told only to who has the first.
        Assert.Equal("The e-mail address or the password is wrong.", await RefusedAsync(await auth.SignInAsync(person.Email, "not the password at all")));
        await HttpAssert.JsonAsync(await SignInAsync(person, app.Code(1).Insert(3, " ")), HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_wrong_code_does_not_turn_it_on()
    {
        var person = await Person.NewAsync(auth);
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = "123456" }), "code");
        var app = await Authenticator.BeginAsync(person);

        await AssertFaultAsync(await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = app.WrongCode() }), "code");
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = "+" + app.Code() }), "code");
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = new string('1', 10_000) }), "code");
        // Nor one of a secret that was replaced.
        await Authenticator.BeginAsync(person);
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = app.Code() }), "code");

        Assert.False((await person.GetAsync("/me")).GetProperty("twoFactor").GetBoolean());
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var person = await Person.NewAsync(auth);
        var (app, _) = await Authenticator.TurnOnAsync(person);
        var code = app.Code();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SignInAsync(person, code)));

        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        Assert.Equal("The code is wrong.", await RefusedAsync(await SignInAsync(person, code)));
        await HttpAssert.JsonAsync(await SignInAsync(person, app.Code(1)), HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_recovery_code_lets_in_once_and_new_ones_replace_it()
    {
        var person = await Person.NewAsync(auth);
        var (_, codes) = await Authenticator.TurnOnAsync(person);
        var stranger = await Person.NewAsync(auth);
        var (_, others) = await Authenticator.TurnOnAsync(stranger);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SignInAsync(person, codes[0])));
        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        await RefusedAsync(await SignInAsync(person, others[0]));
        await HttpAssert.JsonAsync(await SignInAsync(person, codes[1].Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()), HttpStatusCode.OK);

        await AssertFaultAsync(await RenewAsync("not the password at all", codes[2]), "password");
        await AssertFaultAsync(await RenewAsync(AuthService.Password, null), "code");
        await AssertFaultAsync(await RenewAsync(AuthService.Password, codes[0]), "code");
        var renewed = Authenticator.Codes(await HttpAssert.JsonAsync(await RenewAsync(AuthService.Password, codes[3]), HttpStatusCode.OK));
        await RefusedAsync(await SignInAsync(person, codes[2]));
        await HttpAssert.JsonAsync(await SignInAsync(person, renewed[0]), HttpStatusCode.OK);

        Task<HttpResponseMessage> RenewAsync(string password, string? code) =>
            person.SendAsync(HttpMethod.Post, "/me/two-factor/recovery-codes", new { password, code });
    }

    [Fact]
    public async Task Neither_the_secret_nor_a_code_can_be_read_in_the_database()
    {
        var person = await Person.NewAsync(auth);
        var begun = await HttpAssert.JsonAsync(await person.SendAsync(HttpMethod.Post, "/me/two-factor", new { password = AuthService.Password }), HttpStatusCode.OK);
        var secret = begun.GetProperty("secret").GetString()!;
        var codes = Authenticator.Codes(await HttpAssert.JsonAsync(
            await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = new Authenticator(secret).Code() }), HttpStatusCode.OK));

        var stored = await auth.QueryAsync<string>("SELECT string_agg(name || ' ' || coalesce(value, ''), ' ') FROM user_tokens WHERE user_id = $1", person.Id);

        Assert.DoesNotContain(secret, stored, StringComparison.OrdinalIgnoreCase);
        Assert.All(codes, code => Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), stored.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task It_is_turned_off_with_the_password_and_a_code_only()
    {
        var person = await Person.NewAsync(auth);
        var (app, codes) = await Authenticator.TurnOnAsync(person);
        await HttpAssert.ProblemAsync(await person.SendAsync(HttpMethod.Post, "/me/two-factor", new { password = AuthService.Password }), HttpStatusCode.Conflict, "two-factor-on");
        await HttpAssert.ProblemAsync(await person.SendAsync(HttpMethod.Put, "/me/two-factor", new { code = app.Code() }), HttpStatusCode.Conflict, "two-factor-on");
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Delete, "/me/two-factor", new { password = codes[0], code = app.Code() }), "password");
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Delete, "/me/two-factor", new { password = AuthService.Password }), "code");
        await AssertFaultAsync(await person.SendAsync(HttpMethod.Delete, "/me/two-factor", new { password = AuthService.Password, code = app.WrongCode() }), "code");

        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, "/me/two-factor", new { password = AuthService.Password, code = app.Code() })).StatusCode);

        Assert.False((await person.GetAsync("/me")).GetProperty("twoFactor").GetBoolean());
        await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email), HttpStatusCode.OK);
        await HttpAssert.ProblemAsync(await person.SendAsync(HttpMethod.Post, "/me/two-factor/recovery-codes", new { password = AuthService.Password }),
            HttpStatusCode.Conflict, "two-factor-off");
        Assert.Equal(0L, await auth.QueryAsync<long>("SELECT count(*) FROM user_tokens WHERE user_id = $1 AND login_provider <> 'shop.spent'", person.Id));
        // Again: nothing to do.
        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, "/me/two-factor", new { password = AuthService.Password })).StatusCode);
    }

    [Fact, Trait("security", "9")]
    public async Task Who_guesses_codes_with_the_right_password_is_told_to_wait()
    {
        var person = await Person.NewAsync(auth);
        var (app, _) = await Authenticator.TurnOnAsync(person);

        for (var i = 0; i < 10; i++)
            await RefusedAsync(await SignInAsync(person, app.WrongCode()));

        var eleventh = await SignInAsync(person, app.Code());
        await HttpAssert.ProblemAsync(eleventh, HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.InRange(eleventh.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
    }

    [Fact, Trait("security", "9")]
    public async Task After_a_hundred_wrong_codes_in_a_row_only_a_recovery_code_helps()
    {
        var person = await Person.NewAsync(auth);
        var (app, codes) = await Authenticator.TurnOnAsync(person);
        await auth.QueryAsync<int>("UPDATE users SET access_failed_count = 99 WHERE id = $1 RETURNING access_failed_count", person.Id);

        await RefusedAsync(await SignInAsync(person, app.WrongCode()));
        await RefusedAsync(await SignInAsync(person, app.Code()));
        await HttpAssert.JsonAsync(await SignInAsync(person, codes[0]), HttpStatusCode.OK);
        await HttpAssert.JsonAsync(await SignInAsync(person, app.Code(1)), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Staff_takes_it_from_who_lost_everything()
    {
        var (admin, person) = (await Person.AdminAsync(auth), await Person.NewAsync(auth));
        await Authenticator.TurnOnAsync(person);
        await HttpAssert.ProblemAsync(await person.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/two-factor"), HttpStatusCode.Forbidden, "forbidden");
        await HttpAssert.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, $"/users/{Guid.NewGuid()}/two-factor"), HttpStatusCode.NotFound, "not-found");

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/users/{person.Id}/two-factor")).StatusCode);

        await person.AssertSignedOutAsync();
        await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email), HttpStatusCode.OK);
        Assert.Equal(2L, await auth.QueryAsync<long>("SELECT count(*) FROM audit WHERE subject = $1 AND action IN ('two-factor.on', 'two-factor.off')", person.Id.ToString()));
    }

    private async Task<(Person, Person)> TwiceAsync()
    {
        var person = await Person.NewAsync(auth);
        return (person, await Person.SignInAsync(auth, person.Email));
    }

    private Task<HttpResponseMessage> SignInAsync(Person person, string code) => auth.TokenAsync(
        ("grant_type", "password"), ("username", person.Email), ("password", AuthService.Password), ("otp", code), ("scope", "offline_access"));

    private static async Task<string?> RefusedAsync(HttpResponseMessage response)
    {
        var answer = await HttpAssert.JsonAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal("invalid_grant", answer.GetProperty("error").GetString());
        return answer.GetProperty("error_description").GetString();
    }

    private static async Task AssertFaultAsync(HttpResponseMessage response, string field) =>
        Assert.True((await HttpAssert.ProblemAsync(response, HttpStatusCode.BadRequest, "validation")).GetProperty("errors").TryGetProperty(field, out _));
}
