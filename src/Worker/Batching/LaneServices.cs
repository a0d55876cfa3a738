using QueueInference.Core.Jobs;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>What every lane of a worker shares.</summary>
internal sealed record LaneServices(
    JobClaims Claims, JobOutputs Outputs, JobFinisher Finisher, HeldJobs Held, StoreRetry Retry, WorkerIdentity Worker, TimeProvider Time, ILogger<ModelLane> Logger,
    ILaneTraffic? Traffic = null, JobReleaser? Releaser = null)
{
    /// <summary>Held by whoever runs a job alone: where one may end the process, no other suspect is charged for it.</summary>
    public object Alone { get; } = new();

    /// <summary>How long the next suspect waits for the end of the last one to be written: longer than any result takes, unless the store is away.</summary>
    public static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);

    /// <summary>How long the start of a suspect waits for a store that is away.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
}
