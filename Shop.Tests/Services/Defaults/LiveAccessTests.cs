using System.Net;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Defaults;

[Trait("security", "19")]
public sealed class LiveAccessTests : IAsyncLifetime
{
    private readonly Guid _user = Guid.CreateVersion7();
    private TestIssuer _issuer = null!;
    private SampleService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _service = await SampleService.StartAsync(_issuer.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_lost_the_permission_is_refused_with_a_token_that_still_has_it()
    {
        var token = _issuer.Token(_user, Permissions.CatalogWrite);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/catalog", token)).StatusCode);
        _issuer.Permit(_user, Permissions.OrdersRead);
        await HttpAssert.ProblemAsync(await GetAsync("/catalog", token), HttpStatusCode.Forbidden, "forbidden");
        _issuer.Permit(_user, Permissions.CatalogWrite);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/catalog", token)).StatusCode);
    }

    [Fact]
    public async Task Whoever_was_given_the_permission_needs_a_new_token()
    {
        _issuer.Permit(_user, Permissions.CatalogWrite);
        await HttpAssert.ProblemAsync(await GetAsync("/catalog", _issuer.Token(_user)), HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Whose_session_has_ended_is_told_to_sign_in()
    {
        var token = _issuer.Token(_user, Permissions.CatalogWrite);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/catalog", token)).StatusCode);
        _issuer.Lock(_user);
        var response = await GetAsync("/catalog", token);
        await HttpAssert.ProblemAsync(response, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.True(response.Headers.WwwAuthenticate.Count > 0);
        // What wants no permission goes on until the token ends.
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/secret", token)).StatusCode);
    }

    [Fact, Trait("security", "44")]
    public async Task While_Auth_does_not_answer_nobody_gets_in()
    {
        var token = _issuer.Token(_user, Permissions.CatalogWrite);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/catalog", token)).StatusCode);
        await _issuer.DisposeAsync();

        var response = await GetAsync("/catalog", token);
        await HttpAssert.ProblemAsync(response, HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/secret", token)).StatusCode);
    }

    private Task<HttpResponseMessage> GetAsync(string path, string token) => _service.Client.SendAsync(
        new(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", token) } }, TestContext.Current.CancellationToken);
}
