namespace QueueInference.Worker.Residency;

/// <summary>Which models are in memory when not all of them fit. Pure.</summary>
internal static class ResidencyRules
{
    // A load that is followed by ten times as much use costs a tenth of it.
    private const int Worth = 10;

    // Of a model that waits for its device all that time, and hardly gets it.
    private const int MostTurns = 3;

    private static readonly TimeSpan LeastTurn = TimeSpan.FromSeconds(1);

    /// <summary>How long a model stays in memory at least, and how much time of its device it may have before one that waits takes its place.</summary>
    public static TimeSpan Turn(TimeSpan loadTime) => loadTime * Worth > LeastTurn ? loadTime * Worth : LeastTurn;

    /// <summary>The next step: the model whose jobs have waited longest comes in, for those that were used least recently; for those with jobs of their own once their share is spent.</summary>
    /// <param name="budget">Most bytes.</param>
    /// <param name="models">All models.</param>
    public static ResidencyStep<T> Decide<T>(long budget, IReadOnlyList<Residence<T>> models)
        where T : class
    {
        var wanted = models.Where(model => !model.IsIn && model.HasWork).MaxBy(model => model.Since);
        var excess = models.Where(model => model.IsIn).Sum(model => model.Bytes) + (wanted?.Bytes ?? 0) - budget;
        var others = models.Where(model => model is { IsIn: true, IsKept: false }).ToList();
        var busy = models.Count(model => model is { IsIn: true, HasWork: true });
        var evict = new List<Residence<T>>();
        foreach (var other in others.Where(other => MayGo(other, busy, isWanted: wanted is not null)).OrderBy(other => other.HasWork).ThenByDescending(other => other.Idle))
        {
            if (excess <= 0)
            {
                break;
            }

            evict.Add(other);
            excess -= other.Bytes;
        }

        // What is kept may leave too little room, and the jobs must still be run.
        var fits = excess <= 0 || evict.Count == others.Count;
        return fits ? new(wanted?.Model, [.. evict.Select(model => model.Model)]) : new(null, []);
    }

    private static bool MayGo<T>(Residence<T> model, int busy, bool isWanted)
    {
        var turn = Turn(model.LoadTime);
        return model.Since >= turn && (!model.HasWork || (isWanted && (model.DeviceTime >= turn / busy || model.Since >= turn * MostTurns)));
    }
}
