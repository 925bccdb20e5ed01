using Shop.Product.Catalog;

namespace Shop.Tests.Unit;

public sealed class SharedReadsTests
{
    private readonly List<(string Group, int[] Items, TaskCompletionSource<string> Result)> _reads = [];
    private readonly SharedReads<string, int, string> _shared;

    public SharedReadsTests() => _shared = new((group, items) =>
    {
        var result = new TaskCompletionSource<string>();
        lock (_reads)
            _reads.Add((group, [.. items.Order()], result));
        return result.Task;
    }, TimeSpan.FromSeconds(0.2));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_alone_is_served_at_once_and_again_the_next_time()
    {
        for (var i = 0; i < 2; i++)
        {
            var asked = _shared.ReadAsync("a", 1, Cancel);
            _reads[i].Result.SetResult($"{i}");
            Assert.Equal($"{i}", await asked);
        }
        Assert.Equal(2, _reads.Count);
    }

    [Fact]
    public async Task Who_comes_while_a_read_is_under_way_shares_one_that_begins_afterwards()
    {
        var first = _shared.ReadAsync("a", 1, Cancel);
        var others = new[] { 2, 1, 3 }.Select(item => _shared.ReadAsync("a", item, Cancel)).ToList();
        Assert.Single(_reads);

        _reads[0].Result.SetResult("old");
        Assert.Equal("old", await first);
        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count == 2), "the next read has begun");
        var latecomer = _shared.ReadAsync("a", 4, Cancel);
        _reads[1].Result.SetResult("new");

        Assert.Equal([1, 2, 3], _reads[1].Items);
        Assert.All(await Task.WhenAll(others), answer => Assert.Equal("new", answer));
        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count == 3), "the third read has begun");
        _reads[2].Result.SetResult("newest");
        Assert.Equal("newest", await latecomer);
    }

    [Fact]
    public async Task A_read_that_is_stuck_holds_up_neither_who_waits_for_it_nor_who_comes_later()
    {
        var unlucky = _shared.ReadAsync("a", 1, Cancel);
        var later = _shared.ReadAsync("a", 2, Cancel);

        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count >= 2), "the next read has begun beside the stuck one");
        _reads[1].Result.SetResult("fresh");
        Assert.Equal("fresh", await later);

        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count >= 3), "who waited for the stuck one has asked again");
        Assert.Equal([1], _reads[2].Items);
        _reads[2].Result.SetResult("again");
        Assert.Equal("again", await unlucky);
        Assert.False(_reads[0].Result.Task.IsCompleted);
    }

    [Fact]
    public async Task However_many_reads_are_stuck_only_a_few_connections_are_taken()
    {
        var asked = Enumerable.Range(0, 50).Select(item => _shared.ReadAsync("a", item, Cancel)).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count == 4), "a few reads are stuck");
        asked.AddRange(Enumerable.Range(0, 50).Select(item => _shared.ReadAsync("a", item, Cancel)));

        await Assert.ThrowsAsync<TimeoutException>(() => Task.WhenAny(asked).WaitAsync(TimeSpan.FromSeconds(1.5), Cancel));

        Assert.Equal(4, _reads.Count);
        foreach (var read in _reads.ToList())
            read.Result.SetResult("late");
        await Eventually.TrueAsync(() => Task.FromResult(_reads.TrueForAll(read => read.Result.TrySetResult("late") || true) && asked.TrueForAll(one => one.IsCompleted)), "all are answered");
    }

    [Fact]
    public async Task Groups_do_not_wait_for_each_other()
    {
        _ = _shared.ReadAsync("slow", 1, Cancel);
        var quick = _shared.ReadAsync("quick", 1, Cancel);
        _reads[1].Result.SetResult("done");
        Assert.Equal("done", await quick);
    }

    [Fact]
    public async Task A_read_that_fails_fails_who_shared_it_and_not_the_next()
    {
        var first = _shared.ReadAsync("a", 1, Cancel);
        var next = _shared.ReadAsync("a", 2, Cancel);
        _reads[0].Result.SetException(new InvalidOperationException("away"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);

        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count == 2), "the next read has begun");
        _reads[1].Result.SetResult("back");
        Assert.Equal("back", await next);
    }

    [Fact]
    public async Task Who_leaves_takes_nothing_from_the_others()
    {
        using var leaving = new CancellationTokenSource();
        var leader = _shared.ReadAsync("a", 1, leaving.Token);
        var nextLeader = _shared.ReadAsync("a", 1, leaving.Token);
        var follower = _shared.ReadAsync("a", 2, Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => nextLeader);

        _reads[0].Result.SetResult("first");
        await Eventually.TrueAsync(() => Task.FromResult(_reads.Count == 2), "the next read has begun");
        _reads[1].Result.SetResult("second");
        Assert.Equal("second", await follower);
    }
}
