using System.Net;
using Shop.ServiceDefaults.Access;
using Shop.ServiceDefaults.Audit;
using Shop.Tests.Services.Payment.Stripe;

namespace Shop.Tests.Services.Defaults;

[Trait("security", "43")]
public sealed class AuditLogTests
{
    [Fact]
    public async Task A_refusal_is_in_the_log_with_who_what_and_where_and_without_the_token()
    {
        using var logs = new CapturedLogs();
        await using var issuer = await TestIssuer.StartAsync();
        await using var service = await SampleService.StartAsync(issuer.Url, logs: logs);
        var user = Guid.NewGuid();
        var token = issuer.Token(user, Permissions.OrdersRead);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/catalog") { Headers = { Authorization = new("Bearer", token) } };
        request.Headers.TryAddWithoutValidation("User-Agent", "curl/8");
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);

        var entry = Assert.Single(logs.Text.Split('\n'), line => line.Contains("Shop.Audit", StringComparison.Ordinal));
        Assert.Contains($"access refused: by {user}", entry, StringComparison.Ordinal);
        Assert.Contains("GET /catalog: not permitted", entry, StringComparison.Ordinal);
        Assert.Contains("from 127.0.0.1 with curl/8", entry, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Split('.')[1], logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain Ä 灯 🛒", 100, "plain Ä 灯 🛒")]
    [InlineData("a\r\nsign-in ok: by admin", 100, "a\uFFFD\uFFFDsign-in ok: by admin")]
    [InlineData("a\0\u001b[2J\u2028\u202e\u200b", 100, "a\uFFFD\uFFFD[2J\uFFFD\uFFFD\uFFFD")]
    [InlineData("0123456789012345678🛒", 20, "0123456789012345678")]
    [InlineData(null, 20, null)]
    public void Text_of_a_stranger_stays_on_its_line_and_in_its_bounds(string? text, int maxLength, string? neutral) =>
        Assert.Equal(neutral, AuditLog.Neutral(text, maxLength));
}
