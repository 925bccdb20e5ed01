using System.Text;
using Shop.Tests.Services.Fuzz;

namespace Shop.Tests.Services.Auth.Pages;

/// <summary>Forms that cannot be read, at every page that takes one: the person is told so on a page.</summary>
public sealed class ErrorPageTests(AuthService auth) : IClassFixture<AuthService>
{
    private static readonly string[] Pages =
    [
        "/sign-in", "/sign-in/code", "/sign-in/passkey", "/sign-up", "/sign-out", "/account/password", "/account/sessions/end", "/account/sessions/end-others", "/account/two-factor",
        "/account/two-factor/on", "/account/two-factor/off", "/account/two-factor/recovery-codes", "/account/delete", "/account/passkeys", "/account/passkeys/add", "/account/passkeys/remove",
    ];

    private static readonly Dictionary<string, (string? Type, byte[] Body)> Forms = new()
    {
        ["multipart, cut short"] = ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nann"u8.ToArray()),
        ["multipart, cut short in a header"] = ("multipart/form-data; boundary=x", "--x\r\nContent-Dis"u8.ToArray()),
        ["multipart without a boundary"] = ("multipart/form-data", "--x\r\n"u8.ToArray()),
        ["multipart with an empty boundary"] = ("multipart/form-data; boundary=\"\"", "--\r\n"u8.ToArray()),
        ["multipart with a long boundary"] = ("multipart/form-data; boundary=" + new string('x', 200), "--x\r\n"u8.ToArray()),
        ["1,100 fields"] = ("application/x-www-form-urlencoded", Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 1100).Select(i => $"f{i}=x")))),
        ["a long name"] = ("application/x-www-form-urlencoded", Encoding.ASCII.GetBytes(new string('n', 5000) + "=x")),
        ["UTF-16"] = ("application/x-www-form-urlencoded; charset=utf-16", Encoding.Unicode.GetBytes("email=a")),
        ["an unknown charset"] = ("application/x-www-form-urlencoded; charset=\"x-y\"", "email=a"u8.ToArray()),
        ["JSON"] = ("application/json", "{\"email\": \"a\"}"u8.ToArray()),
        ["text"] = ("text/plain", "email=a"u8.ToArray()),
        ["no type"] = (null, "email=a"u8.ToArray()),
        ["no type that can be read"] = ("; ;", "email=a"u8.ToArray()),
        ["a field twice"] = ("application/x-www-form-urlencoded", "email=a&email=b"u8.ToArray()),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. Forms.Keys];

    [Theory, Trait("security", "39"), MemberData(nameof(Kinds))]
    public async Task A_form_that_cannot_be_read_is_refused_on_a_page(string kind)
    {
        var (type, body) = Forms[kind];
        using var client = await auth.ListenAsync();
        foreach (var path in Pages)
        {
            using var content = new ByteArrayContent(body);
            if (type is not null)
                content.Headers.TryAddWithoutValidation("Content-Type", type);

            using var answer = await client.PostAsync(path, content, Cancel);

            Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{path}: {answer.StatusCode}");
            Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
            Assert.Contains("<h1", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            Assert.StartsWith("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory, Trait("security", "39")]
    [InlineData("80000000")]
    [InlineData("ffffffffffffffff")]
    [InlineData("fffffffffffffffffffff")]
    [InlineData("x")]
    public async Task A_form_in_chunks_that_are_none_is_refused(string size)
    {
        using var client = await auth.ListenAsync();
        foreach (var path in (string[])[.. Pages, "/connect/token", "/connect/revoke", "/connect/authorize", "/connect/logout"])
        {
            foreach (var type in (string[])["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
            {
                var request = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nemail=a\r\n0\r\n\r\n";

                Assert.Equal(400, await WireFuzz.AnswerAsync(client.BaseAddress!, Encoding.ASCII.GetBytes(request)));
            }
        }
    }

    [Theory, Trait("security", "42")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/connect/authorize?client_id=shop-web&response_type=code&scope=openid&redirect_uri=http://shop.test/signin-oidc&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256")]
    [InlineData("/connect/logout")]
    [InlineData("/account")]
    public async Task The_host_that_a_request_names_is_in_no_answer(string path)
    {
        using var client = await auth.ListenAsync();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { Host = "evil.test" } };

            using var answer = await client.SendAsync(request, Cancel);

            Assert.True((int)answer.StatusCode is >= 200 and < 400, $"{answer.StatusCode}");
            Assert.DoesNotContain("evil", $"{answer.Headers} {await answer.Content.ReadAsStringAsync(Cancel)}", StringComparison.Ordinal);
        }
    }
}
