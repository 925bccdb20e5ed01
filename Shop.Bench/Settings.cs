namespace Shop.Bench;

/// <summary>How long and how much is measured: the one place for both.</summary>
/// <param name="Quick">A tenth of it all: enough to see that a benchmark runs, too little for a figure.</param>
/// <param name="Backlog">How many events wait in the outbox for the second figure of <c>relay</c>; null: 1,000,000.</param>
internal sealed record Settings(bool Quick, int? Backlog)
{
    /// <summary>The runtime compiles what runs often a second time; before that a figure says little.</summary>
    public TimeSpan WarmUp => Time(10);

    /// <summary>One round of a closed loop. Ours and the limit take turns, so that what else the machine does meets both.</summary>
    public TimeSpan Round => Time(5);

    /// <summary>How often they take turns; the median counts.</summary>
    public int Rounds => Quick ? 2 : 5;

    public TimeSpan Time(double seconds) => TimeSpan.FromSeconds(Quick ? seconds / 10 : seconds);

    public int Count(int count) => Quick ? count / 10 : count;
}
