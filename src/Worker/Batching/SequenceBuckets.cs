using QueueInference.Contracts;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Lengths to which sequences are padded, so that jobs of different length share a batch. Pure.</summary>
internal sealed class SequenceBuckets
{
    private readonly int[] _lengths;
    private readonly Dictionary<string, int> _inputs, _outputs;
    private readonly Dictionary<string, byte[]> _padding;

    private SequenceBuckets(SequenceAxis axis, BatchingSettings settings)
    {
        (_lengths, _inputs, _outputs) = (settings.SequenceBuckets!, axis.Inputs, axis.Outputs);
        _padding = SequencePadding.Elements(axis, settings.SequencePadding ?? []);
    }

    /// <summary>The buckets, ascending.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>A length that is padded, to try it out; null where each length has a bucket of its own.</summary>
    public int? PaddedLength => _lengths.Prepend(0).Zip(_lengths).Where(pair => pair.Second - pair.First > 1)
        .Select(pair => (int?)((pair.First + pair.Second) / 2)).FirstOrDefault();

    /// <summary>The buckets of a model; null where its settings have none.</summary>
    /// <exception cref="InvalidDataException">The settings do not fit the model; the message names the property.</exception>
    public static SequenceBuckets? Create(ModelSignature signature, BatchingSettings settings) =>
        settings.SequenceBuckets is null ? null : new(SequenceAxis.Find(signature, settings.SequenceAxis), settings);

    /// <summary>The length of a job's sequence; null where its inputs do not agree on one.</summary>
    public int? Length(IReadOnlyList<Tensor> inputs)
    {
        var lengths = inputs.Where(input => InputAxis(input.Name) < input.Shape.Length).Select(input => input.Shape[_inputs[input.Name]]).Distinct().ToList();
        return lengths is [<= int.MaxValue and var length] ? (int)length : null;
    }

    /// <summary>The smallest bucket that holds a sequence; its own length beyond the largest.</summary>
    public int Bucket(int length) => Array.Find(_lengths, bucket => bucket >= length) is > 0 and var bucket ? bucket : length;

    /// <summary>Where an input's sequence runs; null where it has none.</summary>
    public int? InputAxis(string input) => _inputs.TryGetValue(input, out var axis) ? axis : null;

    /// <summary>Where an output's sequence runs; null where it has none.</summary>
    public int? OutputAxis(string output) => _outputs.TryGetValue(output, out var axis) ? axis : null;

    /// <summary>The shape of an input that was padded; its own where it has no sequence.</summary>
    public long[] PaddedShape(Tensor input, int padded) => WithLength(input.Shape, InputAxis(input.Name), padded);

    /// <summary>Copies all rows of an input, padded at the end of each sequence.</summary>
    /// <param name="input">Of fixed-size elements where it has a sequence.</param>
    /// <param name="padded">The length to pad to, at least the input's own.</param>
    /// <param name="destination">As many bytes as <see cref="PaddedShape"/> needs.</param>
    public void CopyPadded(Tensor input, int padded, Span<byte> destination)
    {
        if (InputAxis(input.Name) is not { } axis)
        {
            input.Data.Span.CopyTo(destination);
            return;
        }

        var (own, wide) = (Stride(input, axis, input.Shape[axis]), Stride(input, axis, padded));
        for (var (from, to) = (0, 0); to < destination.Length; (from, to) = (from + own, to + wide))
        {
            input.Data.Span.Slice(from, own).CopyTo(destination[to..]);
            SequencePadding.Fill(destination[(to + own)..(to + wide)], _padding[input.Name]);
        }
    }

    /// <summary>A padded copy of an input.</summary>
    public Tensor Pad(Tensor input, int padded)
    {
        var result = input with { Shape = PaddedShape(input, padded) };
        var data = new byte[InputAxis(input.Name) is null ? input.Data.Length : checked((int)(result.ElementCount * input.Datatype.ElementSize()))];
        CopyPadded(input, padded, data);
        return result with { Data = data };
    }

    /// <summary>The first <paramref name="length"/> positions of an output, copied; the same tensor where it has no sequence or no more positions.</summary>
    public Tensor Cut(Tensor output, int length)
    {
        if (OutputAxis(output.Name) is not { } axis || axis >= output.Shape.Length || output.Shape[axis] <= length)
        {
            return output;
        }

        var result = output with { Shape = WithLength(output.Shape, axis, length) };
        var (wide, own) = (Stride(output, axis, output.Shape[axis]), Stride(output, axis, length));
        var data = new byte[checked((int)(result.ElementCount * output.Datatype.ElementSize()))];
        for (var (from, to) = (0, 0); to < data.Length; (from, to) = (from + wide, to + own))
        {
            output.Data.Span.Slice(from, own).CopyTo(data.AsSpan(to));
        }

        return result with { Data = data };
    }

    /// <summary>A shape with another length of its sequence.</summary>
    public static long[] WithLength(long[] shape, int? axis, int length) => [.. shape.Select((dimension, i) => i == axis ? length : dimension)];

    /// <summary>Bytes from one sequence to the next.</summary>
    private static int Stride(Tensor tensor, int axis, long length) =>
        checked((int)(tensor.Shape.Skip(axis + 1).Aggregate(length, (product, dimension) => product * dimension) * tensor.Datatype.ElementSize()));
}
