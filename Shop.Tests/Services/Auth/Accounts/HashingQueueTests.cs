using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;

namespace Shop.Tests.Services.Auth.Accounts;

/// <summary>Hashing passwords takes long; who asks for much of it does not keep others out.</summary>
public sealed class HashingQueueTests : IAsyncLifetime
{
    private ListeningAuth _auth = null!;

    public async ValueTask InitializeAsync() => _auth = await ListeningAuth.StartAtRealCostAsync(("Proxies", "127.0.0.1,::1"));

    public ValueTask DisposeAsync() => _auth.DisposeAsync();

    [Fact, Trait("security", "9")]
    public async Task Who_signs_in_from_elsewhere_gets_in_while_one_address_registers_by_the_hundred()
    {
        var owner = AuthService.NewEmail();
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync("198.51.100.1", owner)).StatusCode);

        using var enough = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 430).Select(_ => RegisterAsync("192.0.2.1", AuthService.NewEmail(), enough.Token)).ToList();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await SignInAsync("198.51.100.1", owner)).StatusCode);
        var took = clock.Elapsed;

        var newcomer = RegisterAsync("198.51.100.2", AuthService.NewEmail());
        Assert.Equal(HttpStatusCode.Created, (await newcomer).StatusCode);
        var answers = await AnswersAsync(flood, enough);
        Assert.All(answers, status => Assert.True(
            status is HttpStatusCode.Created or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{status}"));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.True(took < TimeSpan.FromSeconds(15), $"{took}");
    }

    [Fact, Trait("security", "9")]
    public async Task Who_signs_in_from_elsewhere_gets_in_while_many_addresses_fill_the_line()
    {
        var owner = AuthService.NewEmail();
        Assert.Equal(HttpStatusCode.Created, (await RegisterAsync("198.51.100.1", owner)).StatusCode);

        using var enough = new CancellationTokenSource();
        var flood = Enumerable.Range(0, 900).Select(i => SignInAsync($"192.0.2.{i % 3}", AuthService.NewEmail(), enough.Token)).ToList();
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync("198.51.100.1", owner)).StatusCode);

        Assert.All(await AnswersAsync(flood, enough), status => Assert.True(
            status is HttpStatusCode.BadRequest or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{status}"));
    }

    /// <summary>What those heard who were answered so far; the others are called off.</summary>
    private static async Task<IReadOnlyList<HttpStatusCode>> AnswersAsync(IReadOnlyList<Task<HttpResponseMessage>> flood, CancellationTokenSource enough)
    {
        await enough.CancelAsync();
        await Task.WhenAll(flood).ContinueWith(_ => { }, TaskScheduler.Default);
        return [.. flood.Where(request => request.IsCompletedSuccessfully).Select(request => request.Result.StatusCode)];
    }

    private Task<HttpResponseMessage> RegisterAsync(string from, string email, CancellationToken? cancel = null) =>
        SendAsync(from, "/register", JsonContent.Create(new { email, password = AuthService.Password }), cancel);

    private Task<HttpResponseMessage> SignInAsync(string from, string email, CancellationToken? cancel = null) => SendAsync(from, "/connect/token", new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["grant_type"] = "password",
        ["client_id"] = "shop-cli",
        ["username"] = email,
        ["password"] = AuthService.Password,
    }), cancel);

    private async Task<HttpResponseMessage> SendAsync(string from, string path, HttpContent content, CancellationToken? cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Headers = { { "X-Forwarded-For", from } } };
        return await _auth.Client.SendAsync(request, cancel ?? TestContext.Current.CancellationToken);
    }
}
