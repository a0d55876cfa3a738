namespace QueueInference.Chaos.History;

/// <summary>One read of a job, and what it showed.</summary>
/// <param name="At">Seconds from the start of the scenario.</param>
/// <param name="Took">Seconds until the answer, less what the call asked to wait.</param>
/// <param name="Status">The HTTP status; null when no answer came.</param>
/// <param name="Problem">The problem's slug, or what broke the call.</param>
internal sealed record Sighting(double At, double Took, int? Status, string? Problem = null)
{
    private static readonly string[] Ends = ["succeeded", "failed", "canceled", "expired"];

    public string? State { get; init; }

    /// <summary>Attempts charged.</summary>
    public int Runs { get; init; }

    public string? FinishedAt { get; init; }

    /// <summary>The result, of a job that succeeded.</summary>
    public double? Answer { get; init; }

    /// <summary>The error code, of a job that failed.</summary>
    public string? Error { get; init; }

    public bool Terminal => Status == 200 && Ends.Contains(State);

    /// <summary>What must never change once a job has ended.</summary>
    public (string?, string?, double?, string?, int) End => (State, FinishedAt, Answer, Error, Runs);
}
