using System.Net;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Shop.ServiceDefaults.Access;

namespace Shop.Tests.Services.Defaults;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private readonly Guid _user = Guid.CreateVersion7();
    private TestIssuer _issuer = null!;
    private SampleService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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
    public async Task A_good_token_says_who_the_caller_is()
    {
        var id = await HttpAssert.JsonAsync(await GetAsync("/secret", _issuer.Token(_user)), HttpStatusCode.OK);
        Assert.Equal(_user, id.GetGuid());
    }

    [Fact, Trait("security", "24")]
    public async Task A_permission_opens_what_wants_it()
    {
        await HttpAssert.ProblemAsync(await GetAsync("/catalog", _issuer.Token(_user)), HttpStatusCode.Forbidden, "forbidden");
        await HttpAssert.ProblemAsync(await GetAsync("/catalog", _issuer.Token(_user, Permissions.OrdersRead)), HttpStatusCode.Forbidden, "forbidden");
        Assert.True((await HttpAssert.JsonAsync(await GetAsync("/catalog", _issuer.Token(_user, Permissions.CatalogWrite)), HttpStatusCode.OK)).GetBoolean());
    }

    public static TheoryData<string, Action<SecurityTokenDescriptor>> Faults => new()
    {
        { "of another issuer", token => token.Issuer = "http://elsewhere/" },
        { "for another audience", token => token.Audience = "bank" },
        { "for nobody", token => token.Audience = null },
        { "expired", token => (token.NotBefore, token.IssuedAt, token.Expires) = (DateTime.UtcNow.AddHours(-1), DateTime.UtcNow.AddHours(-1), DateTime.UtcNow.AddMinutes(-1)) },
        { "not yet valid", token => token.NotBefore = DateTime.UtcNow.AddMinutes(5) },
        { "of another type", token => token.TokenType = "JWT" },
        { "not signed", token => token.SigningCredentials = null },
        { "signed with a key of nobody", token => token.SigningCredentials = new(new SymmetricSecurityKey(new byte[64]), SecurityAlgorithms.HmacSha256) },
    };

    [Theory, Trait("security", "12"), Trait("security", "13")]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_token_is_refused(string fault, Action<SecurityTokenDescriptor> spoil)
    {
        var response = await GetAsync("/secret", _issuer.Token(_user, [], spoil));
        await HttpAssert.ProblemAsync(response, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.True(response.Headers.WwwAuthenticate.Count > 0, fault);
    }

    [Fact, Trait("security", "13")]
    public async Task A_token_that_was_good_is_refused_when_its_time_is_over()
    {
        // Half a minute's difference of clocks is borne; five seconds of that are left.
        var token = _issuer.Token(_user, [], t =>
            (t.NotBefore, t.IssuedAt, t.Expires) = (DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddSeconds(-25)));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/secret", token)).StatusCode);
        await Eventually.EqualAsync(HttpStatusCode.Unauthorized, async () => (await GetAsync("/secret", token)).StatusCode);
    }

    [Fact]
    public async Task A_remembered_token_with_another_signature_is_refused()
    {
        var token = _issuer.Token(_user);
        for (var i = 0; i < 2; i++)
            Assert.Equal(_user, (await HttpAssert.JsonAsync(await GetAsync("/secret", token), HttpStatusCode.OK)).GetGuid());
        var forged = token[..^4] + (token.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/secret", forged)).StatusCode);
    }

    [Fact, Trait("security", "12")]
    public async Task The_public_key_does_not_serve_as_a_shared_secret()
    {
        var key = Encoding.ASCII.GetBytes(_issuer.Key.ECDsa.ExportSubjectPublicKeyInfoPem());
        var token = _issuer.Token(_user, [], t => t.SigningCredentials = new(new SymmetricSecurityKey(key) { KeyId = _issuer.Key.KeyId }, SecurityAlgorithms.HmacSha256));
        await HttpAssert.ProblemAsync(await GetAsync("/secret", token), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact, Trait("security", "14")]
    public async Task A_new_key_works_at_once_and_the_old_one_still_does()
    {
        var old = _issuer.Token(_user);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/secret", old)).StatusCode);
        _issuer.Rotate();

        // The issuer is asked again after a short pause at the latest.
        await Eventually.TrueAsync(async () => (await GetAsync("/secret", _issuer.Token(_user))).StatusCode is HttpStatusCode.OK, "a token of the new key is good");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/secret", old)).StatusCode);
    }

    [Fact, Trait("security", "44")]
    public async Task While_the_issuer_was_never_reached_tokens_are_neither_good_nor_bad()
    {
        var token = _issuer.Token(_user);
        await using var lonely = await SampleService.StartAsync("http://127.0.0.1:9");
        lonely.Client.DefaultRequestHeaders.Authorization = new("Bearer", token);

        var response = await lonely.Client.GetAsync("/secret", Cancel);
        await HttpAssert.ProblemAsync(response, HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await lonely.Client.GetAsync("/public", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_token_over_plain_http_is_for_development_only() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => SampleService.StartAsync(_issuer.Url, "Production"));

    private Task<HttpResponseMessage> GetAsync(string path, string token) =>
        _service.Client.SendAsync(new(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", token) } }, Cancel);
}
