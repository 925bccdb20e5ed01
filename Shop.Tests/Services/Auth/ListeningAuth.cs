using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Shop.Hosting;

namespace Shop.Tests.Services.Auth;

/// <summary>Auth on a port, for those that can reach it only there, on a database of its own.</summary>
internal sealed class ListeningAuth : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _things = [];

    /// <summary>Its address, without a slash at the end.</summary>
    public string Url { get; } = $"http://localhost:{LoopbackPort.Free()}";

    public TestDatabase Database { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Whether passwords are hashed as in production.</summary>
    private bool RealCost { get; init; }

    /// <param name="clock">The time there; null for the real one.</param>
    /// <param name="settings">Further settings.</param>
    public static Task<ListeningAuth> StartAsync(TimeProvider? clock = null, params (string Key, string Value)[] settings) => StartAsync(false, clock, settings);

    /// <summary>Starts it with passwords hashed as in production.</summary>
    public static Task<ListeningAuth> StartAtRealCostAsync(params (string Key, string Value)[] settings) => StartAsync(true, null, settings);

    private static async Task<ListeningAuth> StartAsync(bool realCost, TimeProvider? clock, (string Key, string Value)[] settings)
    {
        var auth = new ListeningAuth { Database = await TestDatabase.CreateAsync("auth"), RealCost = realCost };
        auth.Client = new() { BaseAddress = new(auth.Url) };
        auth.AddReplica(new Uri(auth.Url).Port, clock, settings);
        return auth;
    }

    /// <summary>Starts another replica, on a port of its own.</summary>
    public HttpClient AddReplica(TimeProvider? clock, params (string Key, string Value)[] settings)
    {
        var port = LoopbackPort.Free();
        AddReplica(port, clock, settings);
        return new() { BaseAddress = new($"http://localhost:{port}") };
    }

    private void AddReplica(int port, TimeProvider? clock, (string Key, string Value)[] settings)
    {
        (string, string)[] all = [("urls", $"http://localhost:{port}"), ("Auth:Issuer", Url), .. settings];
        var factory = RealCost ? AuthService.HostAtRealCost(Database, all) : AuthService.Host(Database, all);
        _things.Add(factory);
        var service = factory.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton(clock ?? TimeProvider.System)));
        service.UseKestrel();
        service.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var thing in _things)
            await thing.DisposeAsync();
        await Database.DisposeAsync();
    }
}
