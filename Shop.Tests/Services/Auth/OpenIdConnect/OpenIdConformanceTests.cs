using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Hosting;
using Shop.Tests.Services.Defaults;

namespace Shop.Tests.Services.Auth.OpenIdConnect;

/// <summary>A client that somebody else wrote signs people in, with nothing but the discovery document to go by.</summary>
public sealed class OpenIdConformanceTests
{
    [Fact]
    [Trait("security", "20")]
    public async Task A_standard_client_signs_somebody_in_refreshes_and_signs_them_out()
    {
        var port = LoopbackPort.Free();
        var site = $"https://localhost:{port}";
        await using var auth = await ListeningAuth.StartAsync(null, ("Auth:Web:Address", site));
        await using var party = await RelyingParty.StartAsync(auth.Url, port);
        await using var service = await SampleService.StartAsync(auth.Url);
        var email = AuthService.NewEmail();
        await HttpAssert.JsonAsync(await auth.Client.PostAsJsonAsync("/register",
            new { email, password = AuthService.Password, displayName = "Ann" }, TestContext.Current.CancellationToken), HttpStatusCode.Created);

        using var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost" },
        });
        var browser = new Browser(http);
        await browser.OpenAsync(site + "/private");
        await browser.SubmitAsync("/sign-in", ("email", email), ("password", AuthService.Password));
        // The answer is a form that the browser's script would send.
        var page = await browser.SubmitAsync(site);
        Assert.Equal(site + "/private", page.Address.ToString());
        Assert.True(page.Status is HttpStatusCode.OK, $"{page.Status} {page.Html}");
        var shown = JsonElement.Parse(page.Html);
        var claims = shown.GetProperty("claims");
        Assert.Equal(email, claims.GetProperty("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress").GetString());
        Assert.Equal("Ann", claims.GetProperty("name").GetString());

        // The access token opens a service, the id token does not.
        var user = Guid.Parse(claims.GetProperty("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier").GetString()!);
        Assert.Equal(user, (await HttpAssert.JsonAsync(await GetAsync(service, shown.GetProperty("accessToken").GetString()!), HttpStatusCode.OK)).GetGuid());
        await HttpAssert.ProblemAsync(await GetAsync(service, shown.GetProperty("idToken").GetString()!), HttpStatusCode.Unauthorized, "unauthorized");

        var refreshed = await HttpAssert.JsonAsync(await CodeFlow.RefreshAsync(auth.Client, shown.GetProperty("refreshToken").GetString()!), HttpStatusCode.OK);
        Assert.True(refreshed.TryGetProperty("id_token", out _));

        page = await browser.OpenAsync(site + "/logout");
        Assert.Equal(site + "/", page.Address.ToString());
        Assert.Equal("nobody", page.Html);
        Assert.Equal(HttpStatusCode.BadRequest, (await CodeFlow.RefreshAsync(auth.Client, refreshed.GetProperty("refresh_token").GetString()!)).StatusCode);
        page = await browser.OpenAsync(site + "/private");
        Assert.Equal("/sign-in", page.Address.AbsolutePath);
    }

    private static Task<HttpResponseMessage> GetAsync(SampleService service, string token) => service.Client.SendAsync(
        new(HttpMethod.Get, "/secret") { Headers = { Authorization = new("Bearer", token) } }, TestContext.Current.CancellationToken);
}
