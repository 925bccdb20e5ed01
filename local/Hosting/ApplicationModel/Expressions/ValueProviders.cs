namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something whose value is known only when the application runs: a port, a password, a connection string.</summary>
public interface IValueProvider
{
    /// <summary>The value; null when there is none. Waits until it is known.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value as seen by the one who asks; null when there is none. Waits until it is known.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);
}

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    /// <summary>What the application is doing; null when that does not matter.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    /// <summary>The resource that will use the value; null when that does not matter.</summary>
    public IResource? Caller { get; init; }
}

/// <summary>A value that has a name of its own in a manifest, such as <c>{postgres.bindings.tcp.port}</c>.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>That name.</summary>
    string ValueExpression { get; }
}

/// <summary>A value made out of others.</summary>
public interface IValueWithReferences
{
    /// <summary>Resources and values that this value is made of.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>A value that is set once or more often, and that can be waited for.</summary>
public sealed class ValueSnapshot<T> where T : notnull
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<T> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<T>? _later;

    /// <summary>True when there is a value, or the error that came in its place.</summary>
    public bool IsValueSet => _first.Task.IsCompleted;

    /// <summary>The latest value; waits for the first.</summary>
    public Task<T> GetValueAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
            return _later ?? _first.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sets the value, the first or a new one.</summary>
    public void SetValue(T value)
    {
        lock (_lock)
        {
            if (!_first.TrySetResult(value))
                _later = Task.FromResult(value);
        }
    }

    /// <summary>Makes everyone who asks fail with that exception.</summary>
    public void SetException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        lock (_lock)
        {
            if (!_first.TrySetException(exception))
                _later = Task.FromException<T>(exception);
        }
    }
}
