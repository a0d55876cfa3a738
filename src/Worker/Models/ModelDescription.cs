using QueueInference.Contracts;
using QueueInference.Worker.Batching;

namespace QueueInference.Worker.Models;

/// <summary>Says what a worker knows of a version by now.</summary>
internal static class ModelDescription
{
    // Every heartbeat carries them, and shapes are as many as clients like.
    private const int MostShapes = 8;

    /// <summary>The announcement.</summary>
    public static ModelVersionInfo Of(LoadedModel model, SafetyVerdict batching, SafetyVerdict padding)
    {
        var sizes = model.BatchSizes;
        return model.Info with
        {
            MaxBatchSize = sizes.Largest,
            MaxGroupJobs = GroupBound.Jobs(sizes.RowCost),
            Device = model.Runner.Device,
            ExecutionProviders = [.. model.Runner.Providers.Select(share => new ProviderNodes(share.Provider, share.Nodes))],
            BatchSafe = batching.Safe,
            PaddingSafe = padding.Safe,
            BatchingNote = batching.Note ?? padding.Note,
            BatchTimes = [.. Times(sizes)],
        };
    }

    private static IEnumerable<MeasuredBatch> Times(BatchSizes sizes) =>
        from shape in sizes.Shapes.OrderByDescending(shape => shape.Uses).Take(MostShapes)
        let label = ShapeLabel.Of(shape.ShapeKey)
        let chosen = shape.Table.Chosen
        from time in shape.Table.Times
        select new MeasuredBatch(label, time.Rows, Math.Round(time.Milliseconds, 3), time.Rows == chosen);
}
