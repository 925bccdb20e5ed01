using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Shop.Hosting;
using Shop.Tests.Architecture;

namespace Shop.Tests.AppHost;

/// <summary>AppHost as a program of its own, started as its users start it but on other ports.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private const int Interrupt = 2;

    private readonly Process _process;
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("shop-run-");
    private readonly ConcurrentQueue<string> _lines = [];

    private AppHostProcess(IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(HouseRulesTests.Root, "Shop.AppHost"),
        };
        start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true";
        foreach (var variable in (string[])["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"])
            start.Environment[variable] = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{LoopbackPort.Free()}");
        // What a killed run leaves behind is removed by the next one; here by DisposeAsync.
        start.Environment["TMPDIR"] = _temporary.FullName;
        // As /tmp: the servers' user writes there, too.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)Convert.ToInt32("1777", 8));
        // Any free port, as several copies run side by side here.
        start.Environment["DcpPublisher__RandomizePorts"] = "true";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>AppHost's own build, in the same configuration as this one.</summary>
    public static string Program { get; } = Path.Combine(
        Path.Combine(HouseRulesTests.Root, "Shop.AppHost"), "bin",
        Path.GetRelativePath(Path.Combine(HouseRulesTests.Root, "Shop.Tests", "bin"), AppContext.BaseDirectory), "Shop.AppHost");

    public IReadOnlyCollection<string> Lines => _lines;

    public int ExitCode => _process.ExitCode;

    public static AppHostProcess Start(params (string Name, string Value)[] environment) => new(environment.ToDictionary(pair => pair.Name, pair => pair.Value));

    /// <summary>Returns when the console says so. Fails when the program ends before, or after that many seconds.</summary>
    public async Task SaysAsync(string text, double seconds)
    {
        await Eventually.TrueAsync(() => Task.FromResult(_process.HasExited || Said()), $"the console says '{text}'", seconds);
        Assert.True(Said(), $"AppHost ended without saying '{text}': {string.Join('\n', _lines)}");

        bool Said() => _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>The processes of this run, without AppHost itself. They are found from the orchestrator, which is detached so that it can outlive AppHost.</summary>
    public IReadOnlyList<RunningProcess> Started()
    {
        var monitor = $"--monitor {_process.Id} ";
        var all = RunningProcess.All();
        var started = all.Where(process => process.Command.Contains(monitor, StringComparison.Ordinal)).ToList();
        for (var known = 0; known < started.Count; known++)
            started.AddRange(all.Where(process => process.Parent == started[known].Id));
        return started;
    }

    /// <summary>The process of this run that runs that program and is not the child of another one; null when there is none at the moment.</summary>
    public RunningProcess? Find(string name)
    {
        var named = Started().Where(process => process.Runs(name)).ToList();
        return named.SingleOrDefault(process => named.All(other => other.Id != process.Parent));
    }

    /// <summary>As Ctrl+C does.</summary>
    public void SendInterrupt() => ProcessTree.Send(_process.Id, Interrupt);

    public void Kill() => ProcessTree.Send(_process.Id, ProcessTree.Kill);

    public Task WhenEndedAsync(double seconds) =>
        _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            SendInterrupt();
            try
            {
                await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
            }
            catch (TimeoutException)
            {
                Kill();
            }
        }

        _process.Dispose();
        await Eventually.TrueAsync(() => Task.FromResult(IsRemoved()), "the run's files can be removed");
    }

    /// <summary>A process that is about to end may still write.</summary>
    private bool IsRemoved()
    {
        try
        {
            _temporary.Delete(recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }
}
