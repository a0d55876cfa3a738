namespace QueueInference.Chaos.Proxy;

/// <summary>Which messages of a channel the broker has confirmed: it may confirm many with one frame, and a lost one must not be among the next many.</summary>
internal sealed class Confirms
{
    private readonly HashSet<ulong> _beyond = [];
    private ulong _all;

    /// <summary>The messages that this frame confirms and none before it did.</summary>
    public IReadOnlyList<ulong> Take(ulong tag, bool multiple)
    {
        var fresh = new List<ulong>();
        for (var one = multiple ? _all + 1 : tag; one <= tag; one++)
        {
            if (one > _all && _beyond.Add(one))
            {
                fresh.Add(one);
            }
        }

        while (_beyond.Remove(_all + 1))
        {
            _all++;
        }

        return fresh;
    }
}
