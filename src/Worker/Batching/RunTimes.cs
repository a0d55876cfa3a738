namespace QueueInference.Worker.Batching;

/// <summary>The last run times of one batch size, summed up as their lower quartile: on a shared machine runs are late by accident, but never early.</summary>
internal sealed class RunTimes(int size)
{
    private const int Kept = 16;
    private readonly Queue<double> _exact = new(), _scaled = new();
    private bool _warm;

    /// <summary>What is known now.</summary>
    public BatchTime Time { get; private set; } = new(size, 0, 0);

    /// <summary>Adds a run of <paramref name="rows"/> rows. One of fewer rows counts in proportion, until the size itself was run often enough.</summary>
    public void Add(int rows, double milliseconds)
    {
        if (rows == size)
        {
            ForgetFirst();
        }

        Keep(rows == size ? _exact : _scaled, milliseconds * size / rows);
        var best = _exact.Count >= BatchChoice.EnoughSamples || _scaled.Count == 0 ? _exact : _scaled;
        Time = new(size, best.Order().ElementAt(best.Count / 4), best.Count);
    }

    /// <summary>The first run of a size also finds its memory, so it counts only as long as it is the only one.</summary>
    private void ForgetFirst()
    {
        if (_exact.Count == 1 && !_warm)
        {
            _exact.Clear();
            _warm = true;
        }
    }

    private static void Keep(Queue<double> times, double time)
    {
        times.Enqueue(time);
        if (times.Count > Kept)
        {
            times.Dequeue();
        }
    }
}
