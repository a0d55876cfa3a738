using QueueInference.Core.Telemetry;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Counts what ran.</summary>
internal static class BatchMetrics
{
    public static void Record(LoadedModel model, SealedBatch batch, IReadOnlyList<PartOutcome> outcomes)
    {
        var name = new KeyValuePair<string, object?>("model", model.Info.Model);
        foreach (var (rows, elapsed) in outcomes.Select(outcome => (outcome.BatchRows, outcome.InferenceMs)).Distinct())
        {
            InferenceTelemetry.BatchRows.Record(rows, name);
            InferenceTelemetry.InferenceDuration.Record(elapsed / 1000, name, new("device", model.Runner.Device));
        }

        RecordPadding(batch, name);
    }

    private static void RecordPadding(SealedBatch batch, KeyValuePair<string, object?> name)
    {
        var real = batch.Parts.Sum(part => part.Rows * (long)(part.Job.Length ?? 0));
        if (real > 0)
        {
            InferenceTelemetry.BatchElements.Add(real, name, new("kind", "real"));
            InferenceTelemetry.BatchElements.Add((batch.Rows * (long)(batch.Padded ?? 0)) - (batch.Padded is null ? 0 : real), name, new("kind", "padding"));
        }
    }
}
