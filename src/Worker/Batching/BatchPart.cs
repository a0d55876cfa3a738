using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>The rows of one job that run in one batch: all of them, unless the job is larger than a batch.</summary>
/// <param name="Job">The job.</param>
/// <param name="FirstRow">The first of its rows.</param>
/// <param name="Rows">How many.</param>
internal readonly record struct BatchPart(HeldJob Job, int FirstRow, int Rows)
{
    /// <summary>Whether nothing of the job runs elsewhere.</summary>
    public bool IsWhole => Rows == Job.Rows;
}
