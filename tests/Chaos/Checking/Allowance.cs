namespace QueueInference.Chaos.Checking;

/// <summary>What a scenario may cost, beyond nothing: what the documentation declares for its faults.</summary>
internal sealed record Allowance
{
    /// <summary>Error codes with which a job may end.</summary>
    public string[] Errors { get; init; } = [];

    /// <summary>Whether the store may have lost jobs that had ended, as long as it says so (410).</summary>
    public bool DeclaredLoss { get; init; }

    /// <summary>Whether a caller may wait in vain, because the Api itself was frozen or cut off.</summary>
    public bool Silence { get; init; }

    /// <summary>Longest that a submission may take, seconds.</summary>
    public double Submit { get; init; } = 6;

    /// <summary>Longest that a read may take beyond what it asked to wait, seconds.</summary>
    public double Read { get; init; } = 3.5;

    /// <summary>Seconds added to both on a machine that does other work as well.</summary>
    public double Slack { get; init; }

    /// <summary>Runs beyond one for each job and what the faults' victims held.</summary>
    public int ExtraRuns { get; init; }

    /// <summary>Messages that may be parked.</summary>
    public int Parked { get; init; }
}
