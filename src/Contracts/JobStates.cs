namespace QueueInference.Contracts;

/// <summary>The written form of <see cref="JobState"/>, the same in the store, in JSON and in webhook events.</summary>
public static class JobStates
{
    /// <summary>The lower-case name.</summary>
    public static string Name(this JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Failed => "failed",
        JobState.Canceled => "canceled",
        JobState.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>Whether the state can no longer change.</summary>
    public static bool IsTerminal(this JobState state) => state >= JobState.Succeeded;

    /// <summary>Reads a lower-case name.</summary>
    public static bool TryParse(string? name, out JobState state)
    {
        var parsed = name switch
        {
            "queued" => JobState.Queued,
            "running" => JobState.Running,
            "succeeded" => JobState.Succeeded,
            "failed" => JobState.Failed,
            "canceled" => JobState.Canceled,
            "expired" => JobState.Expired,
            _ => (JobState?)null,
        };
        state = parsed ?? default;
        return parsed is not null;
    }
}
