using System.Net;

namespace Shop.Tests.Services.Auth.Sessions;

[Collection<SharedAuth>]
public sealed class SessionTests(AuthService auth)
{
    [Fact, Trait("security", "18")]
    public async Task Each_sign_in_is_a_session_and_the_caller_sees_which_is_theirs()
    {
        var first = await Person.NewAsync(auth);
        var second = await Person.SignInAsync(auth, first.Email);

        var sessions = (await second.GetAsync("/me/sessions")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([true, false], sessions.Select(session => session.GetProperty("current").GetBoolean()));
        Assert.All(sessions, session => Assert.Equal("shop-cli", session.GetProperty("clientId").GetString()));
        Assert.All(sessions, session => Assert.True(session.GetProperty("lastUsedAt").GetDateTimeOffset() >= session.GetProperty("createdAt").GetDateTimeOffset().AddSeconds(-1)));

        // A refresh makes no session.
        Assert.Equal(HttpStatusCode.OK, (await second.RefreshAsync()).StatusCode);
        Assert.Equal(2, (await first.GetAsync("/me/sessions")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_session_begun_on_a_page_of_Auths_own_is_in_the_list_and_can_be_ended_there()
    {
        var (person, browser) = (await Person.NewAsync(auth), auth.NewBrowser());
        await browser.OpenAsync("/account");
        await browser.SubmitAsync("/sign-in", ("email", person.Email), ("password", AuthService.Password));

        var session = (await person.GetAsync("/me/sessions")).GetProperty("items")[0];
        Assert.Null(session.GetProperty("clientId").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, $"/me/sessions/{session.GetProperty("id").GetGuid()}")).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.OpenOnlyAsync("/account")).Status);
        Assert.Single((await person.GetAsync("/me/sessions")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Sessions_are_paged()
    {
        var person = await Person.NewAsync(auth);
        for (var i = 0; i < 4; i++)
            person = await Person.SignInAsync(auth, person.Email);

        var (seen, next) = (new List<Guid>(), (string?)"");
        while (next is not null)
        {
            var page = await person.GetAsync($"/me/sessions?limit=2&after={next}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(session => session.GetProperty("id").GetGuid()));
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(5, seen.Distinct().Count());
        Assert.Equal(5, seen.Count);
    }

    [Fact, Trait("security", "18")]
    public async Task A_session_that_is_ended_has_no_good_token_any_more()
    {
        var person = await Person.NewAsync(auth);
        var other = await Person.SignInAsync(auth, person.Email);
        var session = (await other.GetAsync("/me/sessions")).GetProperty("items").EnumerateArray().Single(s => s.GetProperty("current").GetBoolean());

        var path = $"/me/sessions/{session.GetProperty("id").GetGuid()}";
        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, path)).StatusCode);
        await other.AssertSignedOutAsync();
        await HttpAssert.ProblemAsync(await person.SendAsync(HttpMethod.Delete, path), HttpStatusCode.NotFound, "not-found");
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    [Fact, Trait("security", "18")]
    public async Task A_sign_in_without_a_refresh_token_is_a_session_too()
    {
        var person = await Person.NewAsync(auth);
        var answer = await HttpAssert.JsonAsync(await auth.SignInAsync(person.Email, scope: ""), HttpStatusCode.OK);
        Assert.False(answer.TryGetProperty("refresh_token", out _));
        Assert.Equal(2, (await person.GetAsync("/me/sessions")).GetProperty("items").GetArrayLength());

        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, "/me/sessions")).StatusCode);
        var gone = await auth.SendAsync(HttpMethod.Get, "/me", answer.GetProperty("access_token").GetString()!);
        await HttpAssert.ProblemAsync(gone, HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact, Trait("security", "18")]
    public async Task All_other_sessions_can_be_ended_at_once()
    {
        var person = await Person.NewAsync(auth);
        var others = new[] { await Person.SignInAsync(auth, person.Email), await Person.SignInAsync(auth, person.Email) };

        Assert.Equal(HttpStatusCode.NoContent, (await person.SendAsync(HttpMethod.Delete, "/me/sessions")).StatusCode);
        foreach (var other in others)
            await other.AssertSignedOutAsync();
        Assert.Single((await person.GetAsync("/me/sessions")).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    [Fact, Trait("security", "23")]
    public async Task A_strangers_session_is_not_there()
    {
        var (person, stranger) = (await Person.NewAsync(auth), await Person.NewAsync(auth));
        var session = (await person.GetAsync("/me/sessions")).GetProperty("items")[0].GetProperty("id").GetGuid();

        await HttpAssert.ProblemAsync(await stranger.SendAsync(HttpMethod.Delete, $"/me/sessions/{session}"), HttpStatusCode.NotFound, "not-found");
        Assert.Equal(HttpStatusCode.OK, (await person.RefreshAsync()).StatusCode);
    }

    [Fact]
    public async Task What_a_caller_may_do_is_what_their_roles_permit_now()
    {
        var person = await Person.NewAsync(auth, "support", "customer");
        var access = await person.GetAsync("/me/access");
        Assert.Equal(["orders.read", "payments.read", "payments.refund"], access.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));

        var admin = await Person.AdminAsync(auth);
        await HttpAssert.JsonAsync(await admin.SendAsync(HttpMethod.Put, $"/users/{person.Id}/roles", new { roles = new[] { "customer" } }), HttpStatusCode.OK);
        Assert.Equal(0, (await person.GetAsync("/me/access")).GetProperty("permissions").GetArrayLength());
    }
}
