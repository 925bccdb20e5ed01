using System.ComponentModel.DataAnnotations;

namespace Shop.Payment.Gateways;

/// <summary>How badly the simulated gateway behaves, section <c>Payment:Simulated</c>. By default it answers at once and always.</summary>
public sealed class SimulatedGatewayOptions
{
    /// <summary>Where browsers find the bank's page: this service's own address.</summary>
    public Uri BankAddress { get; set; } = new("http://localhost:5103");

    /// <summary>How long each answer takes, up to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Latency { get; set; }

    /// <summary>The share of calls, 0 to 1, that never reach it: nothing is moved.</summary>
    [Range(0.0, 1.0)]
    public double LostCalls { get; set; }

    /// <summary>The share of answers, 0 to 1, that are lost on their way back: the money has moved.</summary>
    [Range(0.0, 1.0)]
    public double LostAnswers { get; set; }
}
