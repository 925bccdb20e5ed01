using OpenTelemetry.Trace;
using Shop.ServiceDefaults.Telemetry;

namespace Shop.Tests.Unit;

public sealed class BoundedSamplerTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void Traces_are_recorded_up_to_the_bound_and_again_in_the_next_second()
    {
        var sampler = new BoundedSampler(3, _clock);

        Assert.Equal(3, RecordedOf(10));
        _clock.Second++;
        Assert.Equal(3, RecordedOf(10));

        int RecordedOf(int traces) =>
            Enumerable.Range(0, traces).Count(_ => sampler.ShouldSample(default).Decision is SamplingDecision.RecordAndSample);
    }

    private sealed class Clock : TimeProvider
    {
        public long Second { get; set; } = 7;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Second;
    }
}
