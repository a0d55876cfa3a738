using System.Buffers;
using QueueInference.Contracts;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Requests;

/// <summary>Checks the data of one tensor while it arrives in pieces, as it would be checked in memory.</summary>
internal sealed class TensorArrival(Tensor tensor, int index, RequestLimits limits)
{
    private readonly DataTarget _target = new(
        $"/inputs/{index}", tensor.Datatype, tensor.Shape, checked((int)tensor.ElementCount), limits);

    // The beginning of a string whose end is in the next piece.
    private readonly ArrayBufferWriter<byte> _begun = new();
    private int _strings;

    /// <summary>Whether the data comes with the body; else it is here already.</summary>
    public bool IsAwaited { get; } = AbsentData.Behind(tensor.Data) is not null;

    /// <summary>The data, or how much is to come.</summary>
    public ReadOnlyMemory<byte> Data => tensor.Data;

    /// <summary>The refusal of a body that ends before this tensor does.</summary>
    public Problems.ProblemException CutShort() => new(
        "shape-data-mismatch", $"{_target.Pointer}/parameters/binary_data_size", "The body ends before this tensor does.");

    /// <summary>Checks a piece.</summary>
    public void Take(ReadOnlySpan<byte> piece)
    {
        if (_target.IsStrings)
        {
            TakeStrings(piece);
        }
        else
        {
            BinaryData.RequireTruth(piece, _target);
        }
    }

    /// <summary>Refuses strings that are more or fewer than the shape says, or cut short.</summary>
    public void End()
    {
        if (_target.IsStrings && (_strings != _target.Count || _begun.WrittenCount > 0))
        {
            throw BinaryData.Mismatch($"{_target.Pointer}/parameters/binary_data_size");
        }
    }

    private void TakeStrings(ReadOnlySpan<byte> piece)
    {
        _begun.Write(piece);
        var rest = _begun.WrittenSpan;
        WireStrings.TakeWhole(ref rest, _target, ref _strings);
        var left = rest.ToArray();
        _begun.ResetWrittenCount();
        _begun.Write(left);
    }
}
