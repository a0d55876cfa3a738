namespace QueueInference.Contracts;

/// <summary>Where a job is. The last four are terminal and never change.</summary>
public enum JobState
{
    /// <summary>Accepted, waiting for a worker.</summary>
    Queued,
    /// <summary>Claimed by a worker.</summary>
    Running,
    /// <summary>Finished with a result.</summary>
    Succeeded,
    /// <summary>Finished with an error.</summary>
    Failed,
    /// <summary>Canceled by its owner.</summary>
    Canceled,
    /// <summary>Not started by its deadline, or within the maximum queue age.</summary>
    Expired,
}
