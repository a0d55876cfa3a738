namespace QueueInference.Chaos.History;

/// <summary>One try to submit a job, and what came of it.</summary>
/// <param name="At">Seconds from the start of the scenario.</param>
/// <param name="Took">Seconds until the answer.</param>
/// <param name="Status">The HTTP status; null when no answer came.</param>
/// <param name="Problem">The problem's slug, or what broke the call.</param>
/// <param name="JobId">The id that the answer named, also within a problem.</param>
internal sealed record Attempt(double At, double Took, int? Status, string? Problem = null, string? JobId = null)
{
    /// <summary>The job's state, as the answer told it.</summary>
    public string? State { get; init; }

    /// <summary>Whether there is nothing to repeat.</summary>
    public bool Answered => Status is 200 or 202;

    /// <summary>Whether the job was accepted. A repeat may be told of a job that failed because it never was.</summary>
    public bool Acknowledged => Answered && State is not ("failed" or "expired");
}
