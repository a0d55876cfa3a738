using System.Collections;
using System.Globalization;
using System.Text;
using QueueInference.Core.DeadLetters;
using RabbitMQ.Client;

namespace QueueInference.Core.Messaging;

/// <summary>The headers that tell of a message's end: the broker's own of a dead one, ours of a parked one. Pure.</summary>
internal static class DeathHeaders
{
    private const string ParkedQueue = "qi-queue", ParkedReason = "qi-reason", ParkedAt = "qi-at";

    /// <summary>The headers of a message that is parked.</summary>
    public static Dictionary<string, object?> Parked(string queue, string reason, long at) =>
        new() { [ParkedQueue] = queue, [ParkedReason] = reason, [ParkedAt] = at };

    /// <summary>Reads them; what is missing or of another kind is not known.</summary>
    public static Death Read(IDictionary<string, object?>? headers)
    {
        if (headers is null)
        {
            return new Death(null, null, 0, null);
        }

        if (Text(headers, ParkedReason) is { } parked)
        {
            return new Death(Text(headers, ParkedQueue), parked, 1, Number(headers, ParkedAt));
        }

        // The broker puts the death that was last in front.
        var last = (headers.TryGetValue("x-death", out var deaths) ? deaths as IList : null) is [IDictionary<string, object?> first, ..] ? first : null;
        return last is null
            ? new Death(Text(headers, "x-first-death-queue"), Text(headers, "x-first-death-reason"), 0, null)
            : new Death(Text(last, "queue"), Text(last, "reason"), Number(last, "count") ?? 0, Number(last, "time"));
    }

    private static string? Text(IDictionary<string, object?> table, string name) => table.TryGetValue(name, out var value)
        ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
        : null;

    private static long? Number(IDictionary<string, object?> table, string name) => table.TryGetValue(name, out var value)
        ? value switch
        {
            AmqpTimestamp time => time.UnixTime * 1000,
            long or int or short or byte or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            _ => null,
        }
        : null;
}
