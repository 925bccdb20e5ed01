using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Shop.Tests.Services.Payment.Stripe;

/// <summary>All that is logged, of every level and by everybody, scopes and exceptions with it.</summary>
internal sealed class CapturedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();
    private IExternalScopeProvider? _scopes;

    /// <summary>Everything in one text.</summary>
    public string Text => string.Join('\n', _entries.Select(x => x.Text));

    /// <summary>How many entries there are of a level.</summary>
    public int Count(LogLevel level) => _entries.Count(x => x.Level == level);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<object?>();
            logs._scopes?.ForEachScope(static (scope, all) => all.Add(scope), scopes);
            logs._entries.Enqueue((logLevel, $"{logLevel} {category}: {formatter(state, exception)} {state} {string.Join(' ', scopes)} {exception}"));
        }
    }
}
