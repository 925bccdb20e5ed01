using System.Net;

namespace Shop.Tests.Services.Auth.SigningIn;

/// <summary>How the store and other applications lead people to Auth's pages.</summary>
[Collection<AuthPages>]
public sealed class StoreEntranceTests(AuthService auth)
{
    [Fact]
    public async Task Who_comes_to_create_an_account_sees_that_page_first_and_goes_back_to_the_client_with_a_code()
    {
        var (browser, flow) = (auth.NewBrowser(), new CodeFlow());
        await browser.OpenAsync(flow.Address(("prompt", "create")));
        Assert.Equal("/sign-up", browser.Current.Address.AbsolutePath);

        var page = await browser.SubmitOnlyAsync("/sign-up", ("email", $"{Guid.NewGuid():N}@example.com"), ("password", AuthService.Password));

        Assert.NotNull(CodeFlow.Answer(await browser.OpenOnlyAsync(page.Redirect!.ToString()))["code"]);
    }

    [Theory]
    [InlineData("/connect/authorize?client_id=nobody&response_type=code&redirect_uri=https%3A%2F%2Fevil.example")]
    [InlineData("/connect/authorize")]
    [InlineData("/connect/logout?id_token_hint=x&post_logout_redirect_uri=https%3A%2F%2Fevil.example")]
    public async Task What_no_client_can_be_told_people_see_on_a_page(string address)
    {
        using var answer = await auth.Client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("The application that sent you here", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pages_speak_the_language_of_the_browser_and_lead_back_to_the_store()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.AcceptLanguage.ParseAdd("de-AT,de;q=0.9,en;q=0.5");

        using var answer = await auth.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("<html lang=\"de\">", page, StringComparison.Ordinal);
        Assert.Contains("Passwort vergessen?", page, StringComparison.Ordinal);
        Assert.Contains("Zurück zum Shop", page, StringComparison.Ordinal);
    }
}
