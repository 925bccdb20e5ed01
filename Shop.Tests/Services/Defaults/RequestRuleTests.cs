using System.Net;
using System.Text;
using Shop.Tests.Services.Fuzz;

namespace Shop.Tests.Services.Defaults;

/// <summary>How every service reads a request, before any endpoint does.</summary>
public sealed class RequestRuleTests : IAsyncLifetime
{
    private SampleService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await SampleService.StartAsync("http://localhost:9");

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("application/json; version=\"1; 2\"")]
    [InlineData("APPLICATION/JSON; boundary=x; a=b")]
    [InlineData("application/problem+json; charset=\"utf-8\"")]
    public async Task A_content_type_is_read_as_without_its_parameters(string type) =>
        Assert.Equal(HttpStatusCode.OK, (await EchoAsync(type)).StatusCode);

    [Theory]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=\"utf-16\"")]
    [InlineData("application/json; charset=utf-8; charset=utf-16")]
    [InlineData("application/json; charset=x-unknown")]
    [InlineData("application/json, text/plain")]
    [InlineData("application/json; charset=\"utf-8")]
    [InlineData("application/*")]
    [InlineData("json")]
    [InlineData("text/plain; charset=utf-8")]
    public async Task A_content_type_that_is_not_understood_is_unsupported(string type) =>
        await HttpAssert.ProblemAsync(await EchoAsync(type), HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");

    [Fact]
    public async Task A_content_type_without_content_does_no_harm()
    {
        foreach (var type in (string[])["application/x-www-form-urlencoded, text/plain", "multipart/form-data", "application/json; charset=\"", ";"])
            Assert.Equal(200, await WireFuzz.AnswerAsync(_service.Client.BaseAddress!, Encoding.ASCII.GetBytes($"GET /public HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\n\r\n")));
    }

    [Theory]
    [InlineData("80000000")]
    [InlineData("ffffffff")]
    [InlineData("ffffffffffffffff")]
    [InlineData("fffffffffffffffffffff")]
    [InlineData("-1")]
    [InlineData("zz")]
    public async Task A_chunk_that_is_none_is_the_clients_error(string size)
    {
        foreach (var before in (string[])["", "1\r\n{\r\n"])
        {
            var request = $"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{before}{size}\r\nxx\r\n0\r\n\r\n";

            Assert.Equal(400, await WireFuzz.AnswerAsync(_service.Client.BaseAddress!, Encoding.ASCII.GetBytes(request)));
        }
    }

    [Theory]
    [InlineData("Idempotency-Key", "k", "k")]
    [InlineData("Idempotency-Key", "k", "")]
    [InlineData("idempotency-key", "k", "l")]
    [InlineData("Authorization", "Bearer a", "Bearer b")]
    [InlineData("Last-Event-ID", "1", "2")]
    [InlineData("If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT")]
    public async Task A_header_that_has_one_value_comes_once(string name, string first, string second)
    {
        var request = $"GET /public HTTP/1.1\r\nHost: localhost\r\n{name}: {first}\r\n{name}: {second}\r\n\r\n";

        Assert.Equal(400, await WireFuzz.AnswerAsync(_service.Client.BaseAddress!, Encoding.ASCII.GetBytes(request)));
    }

    [Fact]
    public async Task Headers_that_are_lists_may_come_again()
    {
        const string Request = "GET /public HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAccept: */*\r\nIf-None-Match: \"1\"\r\nIf-None-Match: \"2\"\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n";

        Assert.Equal(200, await WireFuzz.AnswerAsync(_service.Client.BaseAddress!, Encoding.ASCII.GetBytes(Request)));
    }

    [Fact, Trait("security", "38")]
    public async Task What_is_too_long_to_be_read_is_a_problem_too()
    {
        using var many = new HttpRequestMessage(HttpMethod.Get, "/public");
        for (var i = 0; i < 70; i++)
            many.Headers.Add($"X-{i}", "x");
        using var large = new HttpRequestMessage(HttpMethod.Get, "/public") { Headers = { { "X", new string('x', 20_000) } } };

        await HttpAssert.ProblemAsync(await _service.Client.SendAsync(many, Cancel), HttpStatusCode.RequestHeaderFieldsTooLarge, "headers-too-large");
        await HttpAssert.ProblemAsync(await _service.Client.SendAsync(large, Cancel), HttpStatusCode.RequestHeaderFieldsTooLarge, "headers-too-large");
        await HttpAssert.ProblemAsync(await _service.Client.GetAsync("/public?x=" + new string('x', 9_000), Cancel), HttpStatusCode.RequestUriTooLong, "uri-too-long");
    }

    [Theory]
    [InlineData("least=10,50", "least")]
    [InlineData("least=1.000,5", "least")]
    [InlineData("least=1e3", "least")]
    [InlineData("least=%2B5", "least")]
    [InlineData("least=%205", "least")]
    [InlineData("least=5%0A", "least")]
    [InlineData("least=%D9%A1%D9%A0", "least")]
    [InlineData("least=0x10", "least")]
    [InlineData("least=.5", "least")]
    [InlineData("LEAST=%E2%82%AC5", "least")]
    [InlineData("least=10&least=20", "least")]
    [InlineData("least=10&LEAST=", "least")]
    [InlineData("count=1,000", "count")]
    [InlineData("count=1.5", "count")]
    [InlineData("inStock=perhaps", "inStock")]
    [InlineData("q=a&q=b", "q")]
    [InlineData("unheardOf=1&unheardOf=2", "unheardOf")]
    [InlineData("limit=1&limit=2", "limit")]
    public async Task A_parameter_of_the_query_string_comes_once_and_numbers_are_plain(string query, string field)
    {
        var problem = await HttpAssert.ProblemAsync(await _service.Client.GetAsync("/filter?" + query, Cancel), HttpStatusCode.BadRequest, "validation");

        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("", "--- 20")]
    [InlineData("least=&count=&q=&inStock=&limit=&after=", "--- 20")]
    [InlineData("least=%20&least2=", "--- 20")]
    [InlineData("least=10.50&q=a%2Cb", "10.50--a,b- 20")]
    [InlineData("least=-1&count=007&inStock=true&limit=5", "-1-7--True 5")]
    [InlineData("ids=00000000-0000-0000-0000-000000000001&ids=00000000-0000-0000-0000-000000000002", "--- 20")]
    public async Task An_empty_filter_is_no_filter(string query, string expected) =>
        Assert.Equal($"\"{expected}\"", await _service.Client.GetStringAsync("/filter?" + query, Cancel));

    [Theory]
    [InlineData("/public", 200)]
    [InlineData("/secret", 401)]
    [InlineData("/nothing", 404)]
    [InlineData("/echo", 405)]
    [InlineData("/health", 200)]
    [InlineData("/alive", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/stream", 200)]
    public async Task Head_is_answered_wherever_get_is(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        var answer = await _service.Client.SendAsync(request, Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancel));
        if (path is not "/stream")
            Assert.Equal(status, (int)(await _service.Client.GetAsync(path, Cancel)).StatusCode);
    }

    private async Task<HttpResponseMessage> EchoAsync(string type)
    {
        using var content = new ByteArrayContent("""{"number": 1, "colour": "red"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return await _service.Client.PostAsync("/echo", content, Cancel);
    }
}
