using System.Buffers;
using System.Numerics;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>The rows of one input of a batch, side by side in memory that the device reads in place.</summary>
/// <param name="runner">Whose memory it is.</param>
/// <param name="buckets">How rows of unequal length are padded; null where they are not.</param>
internal sealed class StageBuffer(IModelRunner runner, SequenceBuckets? buckets) : IDisposable
{
    private IMemoryOwner<byte>? _memory;
    private Tensor? _row;
    private int _rowBytes, _capacity;

    /// <summary>Prepares for rows like this input's; what was there is forgotten.</summary>
    /// <param name="input">An input of a job of the shape that is to come.</param>
    /// <param name="padded">Elements along the sequence axis after padding; null where nothing is padded.</param>
    public void Begin(Tensor input, int? padded)
    {
        _row = padded is { } length ? input with { Shape = buckets!.PaddedShape(input, length) } : input;
        _rowBytes = checked((int)(_row.ElementCount / _row.Shape[0] * _row.Datatype.ElementSize()));
    }

    /// <summary>Makes room; false when the rows that were there are lost by it.</summary>
    public bool Reserve(int rows)
    {
        var bytes = checked(rows * _rowBytes);
        if (_memory is not null && bytes <= _capacity)
        {
            return true;
        }

        _memory?.Dispose();
        _capacity = (int)Math.Min((ulong)Array.MaxLength, BitOperations.RoundUpToPowerOf2((ulong)bytes));
        _memory = runner.Allocate(_capacity);
        return false;
    }

    /// <summary>Copies rows of a job to their place.</summary>
    public void Copy(Tensor rows, int at, int? padded)
    {
        var place = _memory!.Memory.Span.Slice(at * _rowBytes, checked((int)rows.Shape[0] * _rowBytes));
        if (padded is { } length)
        {
            buckets!.CopyPadded(rows, length, place);
        }
        else
        {
            rows.Data.Span.CopyTo(place);
        }
    }

    /// <summary>The first rows as one tensor, without copying.</summary>
    public Tensor Read(int rows) => _row! with { Shape = [rows, .. _row!.Shape[1..]], Data = _memory!.Memory[..(rows * _rowBytes)] };

    public void Dispose() => _memory?.Dispose();
}
