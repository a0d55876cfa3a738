namespace QueueInference.Chaos.Load;

/// <summary>How much is submitted, and how.</summary>
internal sealed record LoadPlan
{
    /// <summary>Jobs at least; load goes on until the last fault is over.</summary>
    public int Jobs { get; init; } = 200;

    /// <summary>Jobs a second at most.</summary>
    public double Rate { get; init; } = 40;

    /// <summary>Callers at a time.</summary>
    public int Callers { get; init; } = 8;

    /// <summary>Share of the jobs that are submitted once, whatever comes of it; the others are repeated with their key until they are accepted.</summary>
    public double Once { get; init; } = 0.2;

    /// <summary>How long a job is repeated.</summary>
    public TimeSpan GiveUp { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The least x: the model counts to it, about 5 µs a step.</summary>
    public int Work { get; init; } = 20_000;

    /// <summary>Whether jobs name a webhook.</summary>
    public bool Webhooks { get; init; }

    /// <summary>Whether a caller waits for the end of the job that it submitted before it submits the next, five seconds at most.</summary>
    public bool Follows { get; init; }

    /// <summary>Rows of a job, all alike.</summary>
    public int Rows { get; init; } = 1;
}
