using System.Collections.Concurrent;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;

namespace Shop.Tests.Local.Servers;

/// <summary>A server in a temporary directory of its own, stopped and removed at the end.</summary>
internal sealed class ServerRun(Func<ServerSettings, Action<string, bool>, CancellationToken, Task<ChildProcess>> start) : IAsyncDisposable
{
    private static readonly TimeSpan BootTime = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("shop-server-test-").FullName;
    private readonly string _password = ServerDirectory.RandomToken(12) + "'\"\\#$ ü";
    private readonly ConcurrentQueue<string> _log = [];
    private ChildProcess? _process;
    private int _runs;

    public ServerSettings Settings { get; private set; } = null!;

    public ChildProcess Process => _process ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Starts the server, on the data of the last run if there was one, and waits until <paramref name="isReady"/> succeeds.</summary>
    public async Task StartAsync(Func<ServerSettings, CancellationToken, Task<bool>> isReady)
    {
        var ct = TestContext.Current.CancellationToken;
        Settings = new(
            LoopbackPort.Free(), "someone", _password, Path.Combine(_directory, "data"), Path.Combine(_directory, $"run-{++_runs}"));
        _process = await start(Settings, (line, _) => _log.Enqueue(line), ct);

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(BootTime);
        while (!await isReady(Settings, timeout.Token))
            Assert.False(_process.Completion.IsCompleted, $"The server ended:\n{string.Join('\n', _log)}");
    }

    public async Task<int> StopAsync() => await Process.StopAsync(StopTime);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
