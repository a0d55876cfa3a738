using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>Where the next batch is put together while the device still runs the last one. Its owner locks.</summary>
internal sealed class BatchStage(IModelRunner runner, SequenceBuckets? buckets) : IDisposable
{
    private readonly Dictionary<string, StageBuffer> _buffers = [];
    private List<BatchPart> _parts = [];
    private int _rows;

    /// <summary>Makes the stage hold exactly these parts, in any order, and copies only what it does not hold yet.</summary>
    /// <param name="parts">Of one shape; at least one.</param>
    public IReadOnlyList<BatchPart> Arrange(IReadOnlyList<BatchPart> parts)
    {
        var kept = Keep(parts);
        Begin(parts[0], parts.Sum(part => part.Rows), ref kept);
        var present = kept.Count > 0 ? kept.ToHashSet() : null;
        (_parts, _rows) = (kept, kept.Sum(part => part.Rows));
        foreach (var part in parts)
        {
            if (present?.Contains(part) != true)
            {
                Copy(part);
            }
        }

        return _parts;
    }

    /// <summary>The staged rows as the inputs of one run, without copying.</summary>
    public Tensor[] Read() => [.. _parts[0].Job.Inputs.Select(input => _buffers[input.Name].Read(_rows))];

    /// <summary>Forgets what is staged; the memory stays for the next batch.</summary>
    public void Clear() => (_parts, _rows) = ([], 0);

    public void Dispose()
    {
        foreach (var buffer in _buffers.Values)
        {
            buffer.Dispose();
        }
    }

    /// <summary>What lies at the front and is still wanted stays where it is.</summary>
    private List<BatchPart> Keep(IReadOnlyList<BatchPart> wanted) =>
        _parts.Count > 0 && _parts[0].Job.ShapeKey == wanted[0].Job.ShapeKey ? [.. _parts.TakeWhile(wanted.ToHashSet().Contains)] : [];

    private void Begin(BatchPart first, int rows, ref List<BatchPart> kept)
    {
        foreach (var input in first.Job.Inputs)
        {
            if (!_buffers.TryGetValue(input.Name, out var buffer))
            {
                _buffers[input.Name] = buffer = new StageBuffer(runner, buckets);
            }

            if (kept.Count == 0)
            {
                buffer.Begin(input, Padded(first));
            }

            if (!buffer.Reserve(rows))
            {
                // The same for every input: either all rows are copied again, or none.
                kept = [];
            }
        }
    }

    private void Copy(BatchPart part)
    {
        foreach (var input in part.Job.Inputs)
        {
            _buffers[input.Name].Copy(TensorBatch.Rows(input, part.FirstRow, part.Rows), _rows, Padded(part));
        }

        _parts.Add(part);
        _rows += part.Rows;
    }

    private int? Padded(BatchPart part) => part.Job.Length is { } length ? buckets!.Bucket(length) : null;
}
