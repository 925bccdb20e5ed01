using OpenTelemetry.Trace;

namespace Shop.ServiceDefaults.Telemetry;

/// <summary>Records each trace up to so many a second, and drops those that begin after that: what is measured must not be the measuring.</summary>
/// <param name="perSecond">How many traces that begin here are recorded in a second.</param>
/// <param name="clock">Tells the time.</param>
public sealed class BoundedSampler(int perSecond, TimeProvider? clock = null) : Sampler
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private long _second;
    private int _recorded;

    /// <inheritdoc />
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var second = _clock.GetTimestamp() / _clock.TimestampFrequency;
        lock (_lock)
        {
            if (second != _second)
                (_second, _recorded) = (second, 0);
            return new(++_recorded <= perSecond ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
        }
    }
}
