using System.Collections.Concurrent;
using System.Diagnostics;
using Aspire.Hosting.Processes;

namespace Shop.Tests.Local.Processes;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly BlockingCollection<(string Line, bool IsError)> _lines = [];

    [Fact]
    public async Task Every_line_is_delivered_before_the_process_counts_as_ended()
    {
        await using var process = Shell("for i in $(seq 2000); do echo $i; done; echo trouble >&2; printf unfinished");

        Assert.Equal(0, await Ended(process));

        var output = _lines.Where(line => !line.IsError).Select(line => line.Line);
        Assert.Equal([.. Enumerable.Range(1, 2000).Select(i => $"{i}"), "unfinished"], output);
        Assert.Equal(["trouble"], _lines.Where(line => line.IsError).Select(line => line.Line));
    }

    [Fact]
    public async Task The_exit_code_is_the_programs_own()
    {
        await using var process = Shell("exit 7");
        Assert.Equal(7, await Ended(process));
    }

    [Fact]
    public async Task A_killed_process_ends_with_128_and_the_signals_number()
    {
        await using var process = Shell("echo ready; exec sleep 600");
        Assert.Equal("ready", NextLine());

        process.Kill();

        Assert.Equal(128 + 9, await Ended(process));
    }

    [Fact]
    public async Task Stopping_asks_first()
    {
        await using var process = Shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        Assert.Equal("ready", NextLine());

        Assert.Equal(3, await process.StopAsync(Patience));
        Assert.Equal("bye", NextLine());
    }

    [Fact]
    public async Task The_signal_that_asks_can_be_chosen()
    {
        // Not SIGINT, which a shell that runs in the background may have been told to ignore.
        const int User1 = 10;
        await using var process = ChildProcess.Start(
            ShellSpec("trap 'exit 4' USR1; echo ready; while :; do sleep 0.05; done") with { StopSignal = User1 }, Keep);
        Assert.Equal("ready", NextLine());

        Assert.Equal(4, await process.StopAsync(Patience));
    }

    [Fact]
    public async Task A_process_that_does_not_stop_is_killed_with_all_that_it_started()
    {
        await using var process = Shell("trap '' TERM; sleep 600 & echo $!; while :; do sleep 0.05; done");
        var grandchild = int.Parse(NextLine());

        Assert.Equal(128 + 9, await process.StopAsync(TimeSpan.FromMilliseconds(200)));
        await Gone(grandchild);
    }

    [Fact]
    public async Task What_a_process_leaves_behind_goes_with_it()
    {
        await using var process = Shell("sleep 600 & echo $!");
        var grandchild = int.Parse(NextLine());

        Assert.Equal(0, await Ended(process));
        await Gone(grandchild);
    }

    [Fact]
    public async Task Stopping_a_process_that_has_ended_gives_its_exit_code()
    {
        await using var process = Shell("exit 5");
        await Ended(process);

        Assert.Equal(5, await process.StopAsync(Patience));
    }

    [Fact]
    public async Task A_process_leads_a_group_of_its_own_and_reads_nothing()
    {
        await using var process = Shell("cat; echo $$ $(cut -d' ' -f5,6 /proc/$$/stat)");
        await Ended(process);

        Assert.Equal($"{process.Id} {process.Id} {process.Id}", NextLine());
    }

    [Fact]
    public async Task The_environment_is_inherited_or_given_whole()
    {
        var given = new Dictionary<string, string> { ["GREETING"] = "a b'c" };
        await using var inheriting = ChildProcess.Start(ShellSpec("echo \"$GREETING\"; test -n \"$PATH\"") with { Environment = given }, Keep);
        Assert.Equal(0, await Ended(inheriting));
        Assert.Equal("a b'c", NextLine());

        await using var bare = ChildProcess.Start(
            new ProcessSpec("/usr/bin/env", [], "/", given) { InheritEnvironment = false }, Keep);
        Assert.Equal(0, await Ended(bare));
        Assert.Equal("GREETING=a b'c", NextLine());
        Assert.Empty(_lines);
    }

    [Fact]
    public void A_program_that_does_not_exist_is_named()
    {
        var error = Assert.Throws<FileNotFoundException>(
            () => ChildProcess.Start(new ProcessSpec("no-such-program", [], "/", NoVariables), Keep));
        Assert.Contains("no-such-program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kernel_kills_a_process_whose_parent_dies()
    {
        // The program itself asks the kernel which signal it is to get.
        await using var process = ChildProcess.Start(new ProcessSpec("setpriv", ["--dump"], "/", NoVariables), Keep);
        await Ended(process);

        Assert.Contains(("Parent death signal: KILL", false), _lines);
    }

    [Fact]
    public async Task A_process_outlives_the_thread_that_asked_for_it()
    {
        // The kernel's parent death signal follows the thread that forked.
        ChildProcess? process = null;
        var thread = new Thread(() => process = Shell("echo ready; read line; sleep 0.3; echo alive"));
        thread.Start();
        thread.Join();

        await using (process)
            Assert.Equal(0, await Ended(process!));
        Assert.Contains(("alive", false), _lines);
    }

    private ChildProcess Shell(string script) => ChildProcess.Start(ShellSpec(script), Keep);

    private static ProcessSpec ShellSpec(string script) => new("sh", ["-c", script], "/", NoVariables);

    private void Keep(string line, bool isError) => _lines.Add((line, isError));

    private string NextLine() =>
        _lines.TryTake(out var line, (int)Patience.TotalMilliseconds, TestContext.Current.CancellationToken)
            ? line.Line
            : throw new TimeoutException("The process printed nothing.");

    private static Task<int> Ended(ChildProcess process) =>
        process.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);

    // A zombie is gone: nobody has collected it yet, that is all.
    private static async Task Gone(int processId)
    {
        var watch = Stopwatch.StartNew();
        while (File.Exists($"/proc/{processId}/stat") && !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z "))
        {
            Assert.True(watch.Elapsed < Patience, $"Process {processId} is still there.");
            await Task.Yield();
        }
    }
}
