using System.Globalization;
using QueueInference.Contracts;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>A job as the store has it. Times are Unix milliseconds.</summary>
/// <param name="Id">The id.</param>
/// <param name="State">Where it is.</param>
/// <param name="Spec">What was fixed at submission; null once it is forgotten.</param>
/// <param name="Attempt">Attempts charged.</param>
/// <param name="Worker">Who claimed it last.</param>
/// <param name="ClaimedAt">When.</param>
/// <param name="FinishedAt">When it became terminal.</param>
/// <param name="ExpiresAt">When its result goes.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Run">How it ran.</param>
/// <param name="Forgotten">Whether its owner deleted it.</param>
public sealed record JobRecord(
    JobId Id, JobState State, JobSpec? Spec, int Attempt, string? Worker, long? ClaimedAt, long? FinishedAt, long? ExpiresAt,
    JobError? Error, JobRun? Run, bool Forgotten)
{
    internal static readonly RedisValue[] Fields =
        ["state", "model", "tenant", "created", "deadline", "terms", "more", "attempt", "claimed", "ended", "error", "run", "sha", "forgotten"];

    internal static JobRecord? Parse(JobId id, RedisValue[] values)
    {
        if (!JobStates.TryParse(values[0], out var state))
        {
            return null;
        }

        var (worker, claimedAt) = Claimed(values[8]);
        var (finishedAt, expiresAt) = Ended(values[9]);
        return new JobRecord(id, state, JobTerms.Read(values[1], values[2], values[3], values[4], values[5], values[6]), (int)values[7], worker, claimedAt, finishedAt, expiresAt,
            Failure(values[10]), Ran(values[11], values[12], worker), !values[13].IsNull);
    }

    /// <summary>The field <c>error</c>; empty where nothing failed.</summary>
    internal static RedisValue Field(JobError? error) => error is null ? RedisValue.EmptyString : $"{error.Code} {error.Message}";

    /// <summary>The field <c>run</c>; empty where nothing ran.</summary>
    internal static RedisValue Field(JobRun? run) => run is null ? RedisValue.EmptyString : string.Create(CultureInfo.InvariantCulture,
        $"{run.Version} {run.BatchSize} {run.Timings.Queued} {run.Timings.Batched} {run.Timings.Inference}");

    private static (string? Worker, long? At) Claimed(RedisValue value)
    {
        var parts = new ShortFields(value);
        long? at = parts.AtEnd ? null : parts.Long();
        return at is null ? (null, null) : (parts.Rest(), at);
    }

    private static (long? At, long? ExpiresAt) Ended(RedisValue value)
    {
        var parts = new ShortFields(value);
        return parts.AtEnd ? (null, null) : (parts.Long(), parts.Long());
    }

    private static JobError? Failure(RedisValue value)
    {
        var parts = new ShortFields(value);
        return parts.AtEnd ? null : new JobError(parts.Next().ToString(), parts.Rest());
    }

    private static JobRun? Ran(RedisValue value, RedisValue sha256, string? worker)
    {
        var parts = new ShortFields(value);
        return parts.AtEnd ? null : new JobRun((int)parts.Long(), sha256.IsNull ? "" : (string)sha256!, worker ?? "", (int)parts.Long(),
            new JobTimings(parts.Double(), parts.Double(), parts.Double()));
    }
}
