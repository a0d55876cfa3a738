using Microsoft.Extensions.Logging;

namespace QueueInference.Tests.Worker.Models;

/// <summary>Keeps the event names and texts that were logged.</summary>
internal sealed class RecordingLogger<T> : ILogger<T>
{
    public List<(string? Event, LogLevel Level, string Text)> Entries { get; } = [];

    public IEnumerable<string?> Events => Entries.Select(entry => entry.Event);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Add((eventId.Name, logLevel, formatter(state, exception)));
}
