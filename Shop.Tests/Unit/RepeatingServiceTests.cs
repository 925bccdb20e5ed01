using Microsoft.Extensions.Logging.Abstractions;
using Shop.ServiceDefaults.Hosting;

namespace Shop.Tests.Unit;

public sealed class RepeatingServiceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_that_fails_is_tried_again_also_when_the_failure_is_a_cancellation_of_its_own()
    {
        using var service = new Worker(run => run switch
        {
            1 => throw new InvalidOperationException(),
            // As of a request that took too long.
            2 => throw new TaskCanceledException(),
            _ => TimeSpan.FromHours(1),
        });

        await service.StartAsync(Cancel);
        await service.WaitForRunsAsync(3);
        await service.StopAsync(Cancel);

        Assert.Equal(3, service.Runs);
        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Work_is_done_again_after_the_pause_that_it_asks_for()
    {
        using var service = new Worker(run => run < 5 ? TimeSpan.Zero : TimeSpan.FromHours(1));

        await service.StartAsync(Cancel);
        await service.WaitForRunsAsync(5);
        await service.StopAsync(Cancel);

        Assert.Equal(5, service.Runs);
    }

    private sealed class Worker(Func<int, TimeSpan> work) : RepeatingService("Working", NullLogger.Instance)
    {
        private readonly SemaphoreSlim _ran = new(0);
        private int _runs;

        public int Runs => _runs;

        public async Task WaitForRunsAsync(int count)
        {
            for (var i = 0; i < count; i++)
                Assert.True(await _ran.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        }

        public override void Dispose()
        {
            _ran.Dispose();
            base.Dispose();
        }

        protected override Task<TimeSpan> RunAsync(CancellationToken stoppingToken)
        {
            _ran.Release();
            return Task.FromResult(work(Interlocked.Increment(ref _runs)));
        }
    }
}
