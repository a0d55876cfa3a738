using System.Text.Json;
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
        ["state", "spec", "attempt", "worker", "claimed", "finished", "expires", "error_code", "error_message", "run", "forgotten"];

    internal static JobRecord? Parse(JobId id, RedisValue[] values) =>
        !JobStates.TryParse(values[0], out var state) ? null : new JobRecord(id, state,
            Json(values[1], JobJson.Default.JobSpec), (int)values[2], Text(values[3]), Number(values[4]), Number(values[5]), Number(values[6]),
            Text(values[7]) is { } code ? new JobError(code, Text(values[8]) ?? "") : null,
            Json(values[9], JobJson.Default.JobRun), !values[10].IsNull);

    private static string? Text(RedisValue value) => value.IsNullOrEmpty ? null : (string?)value;

    private static long? Number(RedisValue value) => value.IsNullOrEmpty ? null : (long)value;

    private static T? Json<T>(RedisValue value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class =>
        value.IsNullOrEmpty ? null : JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)value).Span, type);
}
