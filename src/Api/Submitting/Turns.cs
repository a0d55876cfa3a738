namespace QueueInference.Api.Submitting;

/// <summary>When a refused caller is to come again, and why then.</summary>
/// <param name="Seconds">From now, at least 1.</param>
/// <param name="Reason">The end of a sentence that names the seconds.</param>
internal readonly record struct RetryTime(int Seconds, string Reason);

/// <summary>
/// Tells refused callers when to come again. Nobody comes before a tenth of what is full has drained, and behind so many each has a turn
/// after those who were refused before: however many are refused at once, those who come in the same second find room.
/// </summary>
/// <param name="limit">How many there may be of what is full.</param>
/// <param name="time">The clock.</param>
/// <param name="most">The longest time that is told, seconds.</param>
internal sealed class Turns(int limit, TimeProvider time, int most = Turns.Most)
{
    private const int Most = 300, UntilMeasured = 10, UntilServed = 30;
    private readonly Lock _lock = new();
    private double _refused;
    private long _at = time.GetTimestamp();

    /// <summary>The next turn.</summary>
    /// <param name="perSecond">How many places become free; null where nothing is measured.</param>
    /// <param name="served">Whether anything is there to free them.</param>
    /// <param name="luck">From 0 to 1: spreads those for whom there is no turn.</param>
    public RetryTime Next(double? perSecond, bool served, double luck)
    {
        if (!served)
        {
            return new(Spread(UntilServed, luck), ", when a worker may be there: none is now");
        }

        if (perSecond is not > 0)
        {
            return new(Spread(UntilMeasured, luck), "");
        }

        var seconds = Math.Ceiling(Places(perSecond.Value) / perSecond.Value);
        return new(seconds <= most ? Math.Max(1, (int)seconds) : Spread(most / 2, luck), ", when there is room at the present pace");
    }

    /// <summary>How many places must become free before this one's turn.</summary>
    private double Places(double perSecond)
    {
        lock (_lock)
        {
            // Bounded by what is told at most: callers who come again at once, whatever they are told, must not push all turns away for hours.
            _refused = Math.Clamp(_refused - (perSecond * time.GetElapsedTime(_at).TotalSeconds), 0, most * perSecond) + 1;
            _at = time.GetTimestamp();
            return Math.Max(limit / 10.0, _refused);
        }
    }

    private static int Spread(int seconds, double luck) => (int)Math.Round(seconds * (1 + luck));
}
