using System.Net;

namespace Shop.Tests.Services.Auth.Accounts;

[Collection<AuthAccounts>]
public sealed class FailedAttemptsTests(AuthService auth)
{
    private const string Wrong = "not the password of anybody";

    [Fact, Trait("security", "9")]
    public async Task The_eleventh_wrong_password_in_a_minute_is_told_to_wait()
    {
        var email = await auth.SomebodyAsync();

        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.BadRequest, (await auth.SignInAsync(email, Wrong)).StatusCode);
        var eleventh = await auth.SignInAsync(email, Wrong);

        await HttpAssert.ProblemAsync(eleventh, HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.InRange(eleventh.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await auth.SignInAsync(email)).StatusCode);
    }

    [Fact, Trait("security", "9")]
    public async Task Of_many_guesses_at_once_no_more_than_of_many_in_a_row_are_looked_at()
    {
        var email = await auth.SomebodyAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => auth.SignInAsync(email, Wrong)));

        Assert.InRange(answers.Count(answer => answer.StatusCode is HttpStatusCode.BadRequest), 10, 10 + Environment.ProcessorCount);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.TooManyRequests));
    }

    [Fact, Trait("security", "9")]
    public async Task Right_passwords_are_not_counted()
    {
        var email = await auth.SomebodyAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => auth.SignInAsync(email)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact, Trait("security", "8")]
    public async Task An_account_that_does_not_exist_is_treated_as_one_that_does()
    {
        var nobody = AuthService.NewEmail();

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 11; i++)
            answers.Add((await auth.SignInAsync(nobody, Wrong)).StatusCode);

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.BadRequest, 10), HttpStatusCode.TooManyRequests], answers);
    }
}
