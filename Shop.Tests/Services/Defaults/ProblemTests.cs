using System.Net;
using System.Text;

namespace Shop.Tests.Services.Defaults;

public sealed class ProblemTests : IAsyncLifetime
{
    private SampleService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await SampleService.StartAsync("http://localhost:9");

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory, Trait("security", "38")]
    [InlineData("/nothing", HttpStatusCode.NotFound, "not-found")]
    [InlineData("/echo", HttpStatusCode.MethodNotAllowed, "method-not-allowed")]
    [InlineData("/secret", HttpStatusCode.Unauthorized, "unauthorized")]
    [InlineData("/number/many", HttpStatusCode.BadRequest, "validation")]
    [InlineData("/number/1?flag=perhaps", HttpStatusCode.BadRequest, "validation")]
    [InlineData("/list?limit=0", HttpStatusCode.BadRequest, "validation")]
    [InlineData("/bug", HttpStatusCode.InternalServerError, "internal")]
    public async Task Every_error_is_a_problem_whatever_the_client_accepts(string path, HttpStatusCode status, string type)
    {
        foreach (var accept in new[] { "*/*", "text/html", "application/json" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", accept } } };
            var response = await _service.Client.SendAsync(request, Cancel);
            await HttpAssert.ProblemAsync(response, status, type);
            Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact, Trait("security", "44")]
    public async Task A_database_that_is_away_means_try_again()
    {
        var response = await _service.Client.GetAsync("/database-away", Cancel);
        await HttpAssert.ProblemAsync(response, HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("""{"number": "1", "colour": "red"}""", "number")]
    [InlineData("""{"number": 1e30, "colour": "red"}""", "number")]
    [InlineData("""{"number": 1, "colour": "mauve"}""", "colour")]
    [InlineData("""{"number": 1, "colour": 0}""", "colour")]
    [InlineData("""{"number": 1}""", "colour")]
    [InlineData("""{"number": 1, "colour": "red", "inner": {"number": true}}""", "inner.number")]
    public async Task A_wrong_value_is_named(string body, string field)
    {
        var problem = await HttpAssert.ProblemAsync(await EchoAsync(body), HttpStatusCode.BadRequest, "validation");
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Enums_are_words_and_unknown_members_do_no_harm()
    {
        var answer = await HttpAssert.JsonAsync(await EchoAsync("""{"number": 1, "colour": "darkBlue", "unknown": []}"""), HttpStatusCode.OK);
        Assert.Equal("darkBlue", answer.GetProperty("colour").GetString());
    }

    [Fact, Trait("security", "39")]
    public async Task A_bottomless_body_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"number": 1, "colour": "red", "inner": """, 40)) + "null" + new string('}', 40);
        Assert.Equal(HttpStatusCode.BadRequest, (await EchoAsync(deep)).StatusCode);
    }

    [Fact, Trait("security", "40")]
    public async Task A_body_of_more_than_a_megabyte_is_refused() =>
        await HttpAssert.ProblemAsync(await EchoAsync($$"""{"number": 1, "colour": "red", "x": "{{new string('x', 1 << 20)}}"}"""),
            HttpStatusCode.RequestEntityTooLarge, "body-too-large");

    [Fact]
    public async Task The_health_and_the_api_document_are_there_for_all()
    {
        Assert.Equal("healthy", (await HttpAssert.JsonAsync(await _service.Client.GetAsync("/health", Cancel), HttpStatusCode.OK)).GetProperty("status").GetString());
        Assert.Equal("healthy", (await HttpAssert.JsonAsync(await _service.Client.GetAsync("/alive", Cancel), HttpStatusCode.OK)).GetProperty("status").GetString());

        var document = await HttpAssert.JsonAsync(await _service.Client.GetAsync("/openapi/v1.json", Cancel), HttpStatusCode.OK);
        var paths = document.GetProperty("paths");
        Assert.Equal(["limit", "after"], paths.GetProperty("/list").GetProperty("get").GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Equal(["200", "401", "403", "500", "503"], paths.GetProperty("/catalog").GetProperty("get").GetProperty("responses").EnumerateObject().Select(r => r.Name).Order());
    }

    private Task<HttpResponseMessage> EchoAsync(string body) =>
        _service.Client.PostAsync("/echo", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
}
