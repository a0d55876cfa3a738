namespace QueueInference.Core.Gathering;

/// <summary>What comes while a call is under way goes together with the next one: a lone item goes at once, and a thousand share the cost.</summary>
/// <remarks>
/// One call is always allowed; more only for groups that are full. Were every item sent as soon as any call may start, groups would stay small
/// under load: the cost of small groups is what keeps the next ones small.
/// </remarks>
/// <typeparam name="T">What is gathered.</typeparam>
/// <param name="maxInFlight">Most calls at the same time, at least 1.</param>
/// <param name="share">How much of a group an item takes; a group is full at 1. An item of more than 1 goes alone.</param>
/// <param name="send">Takes a group of at least one, in the order of arrival. It must not throw.</param>
public sealed class Gatherer<T>(int maxInFlight, Func<T, double> share, Func<IReadOnlyList<T>, Task> send)
{
    // 64 shares of a 64th must be one group, whatever the last digit says.
    private const double Full = 1 - 1e-9;

    private readonly Lock _lock = new();
    private readonly Queue<(T Item, double Share)> _waiting = new();
    private double _waitingShare;
    private int _inFlight;

    /// <summary>Sends items that came together now, on this thread, or with the next groups.</summary>
    public void Add(params ReadOnlySpan<T> items)
    {
        lock (_lock)
        {
            foreach (var item in items)
            {
                var taken = share(item);
                _waiting.Enqueue((item, taken));
                _waitingShare += taken;
            }
        }

        Pump();
    }

    private void Pump()
    {
        while (Take() is { } group)
        {
            var sent = send(group);
            if (sent.IsCompleted)
            {
                Release();
            }
            else
            {
                _ = ContinueAsync(sent);
            }
        }
    }

    private async Task ContinueAsync(Task sent)
    {
        try
        {
            await sent;
        }
        finally
        {
            // What waits must not wait for ever, whatever went wrong before it.
            Release();
            Pump();
        }
    }

    private void Release()
    {
        lock (_lock)
        {
            _inFlight--;
        }
    }

    private List<T>? Take()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 || _inFlight >= maxInFlight || (_inFlight > 0 && _waitingShare < Full))
            {
                return null;
            }

            _inFlight++;
            return Group();
        }
    }

    private List<T> Group()
    {
        var (group, filled) = (new List<T>(), 0.0);
        while (_waiting.TryPeek(out var next) && (group.Count == 0 || filled + next.Share < 2 - Full))
        {
            group.Add(_waiting.Dequeue().Item);
            filled += next.Share;
        }

        _waitingShare = _waiting.Count == 0 ? 0 : _waitingShare - filled;
        return group;
    }
}
