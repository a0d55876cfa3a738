using QueueInference.Contracts;
using QueueInference.Core.Tensors;
using QueueInference.Worker.Batching;

namespace QueueInference.Worker.Models;

/// <summary>Finds the shapes that jobs will probably have. Pure.</summary>
internal static class WarmupShapes
{
    /// <summary>The inputs of each known shape, all dimensions closed but the rows; empty where the model leaves too much open.</summary>
    /// <exception cref="InvalidDataException">A shape of the settings does not fit the model.</exception>
    public static IReadOnlyList<TensorSpec[]> Of(ModelSignature signature, ModelSettings settings, SequenceBuckets? buckets)
    {
        var required = Required(signature);
        var named = (settings.Warmup ?? []).Select((shapes, index) => Named(signature, shapes, index)).ToList();
        var known = named.Count > 0 ? named : [required];
        var all = buckets is null ? known : known.SelectMany(inputs => buckets.Lengths.Select(length => WithLength(inputs, buckets, length)));
        return [.. all.Where(IsClosed).DistinctBy(inputs => string.Join(';', inputs.Select(input => string.Join(',', input.Shape))))];
    }

    /// <summary>A shape that the model may take where none is known: 1 for what is open.</summary>
    public static TensorSpec[] Guess(ModelSignature signature) =>
        [.. Required(signature).Select(input => input with { Shape = [.. input.Shape.Select((dimension, axis) => axis > 0 && dimension < 0 ? 1 : dimension)] })];

    /// <summary>The same inputs with sequences of another length.</summary>
    public static TensorSpec[] WithLength(TensorSpec[] inputs, SequenceBuckets buckets, int length) =>
        [.. inputs.Select(input => input with { Shape = SequenceBuckets.WithLength(input.Shape, buckets.InputAxis(input.Name), length) })];

    private static TensorSpec[] Required(ModelSignature signature) => [.. signature.Inputs.Where(input => !input.Optional)];

    private static bool IsClosed(TensorSpec[] inputs) => inputs.All(input => input.Shape.Skip(1).All(dimension => dimension >= 0));

    private static TensorSpec[] Named(ModelSignature signature, Dictionary<string, long[]> shapes, int index)
    {
        // One row each: how many there are is what is going to be measured.
        var rows = signature.Batchable ? shapes.ToDictionary(shape => shape.Key, shape => (long[])[1, .. shape.Value.Skip(1)]) : shapes;
        var inputs = rows.Select(shape => WarmupData.Zeros(new(shape.Key, DatatypeOf(signature, shape.Key), shape.Value, []), 1)).ToList();
        return SignatureCheck.Find(signature, inputs, null, int.MaxValue) is { } mismatch
            ? throw new InvalidDataException($"'warmup[{index}]' does not fit the model: {mismatch.Message}")
            : [.. Required(signature).Select(input => input with { Shape = signature.Batchable ? [-1, .. rows[input.Name].Skip(1)] : rows[input.Name] })];
    }

    private static TensorDatatype DatatypeOf(ModelSignature signature, string input) =>
        signature.Inputs.FirstOrDefault(spec => spec.Name == input)?.Datatype ?? TensorDatatype.UInt8;
}
