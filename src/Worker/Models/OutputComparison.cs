using QueueInference.Contracts;

namespace QueueInference.Worker.Models;

/// <summary>Compares the outputs of two runs that should give the same. Pure.</summary>
internal static class OutputComparison
{
    /// <summary>The output that differs most, beyond what rounding explains; null where the outputs are the same.</summary>
    /// <param name="expected">The outputs of one run.</param>
    /// <param name="actual">Those of the other, in the same order.</param>
    /// <param name="device">Where both ran, which says how exactly it computes.</param>
    public static OutputDifference? Find(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> actual, string device) => expected
        .Zip(actual, (one, other) => Compare(one, other, device)).OfType<OutputDifference>().MaxBy(difference => difference.Largest);

    private static OutputDifference? Compare(Tensor expected, Tensor actual, string device)
    {
        if (!expected.Shape.AsSpan().SequenceEqual(actual.Shape))
        {
            return new(expected.Name, double.PositiveInfinity);
        }

        return expected.Data.Span.SequenceEqual(actual.Data.Span) ? null
            : expected.Datatype == TensorDatatype.Bytes ? new(expected.Name, double.PositiveInfinity)
            : Largest(TensorNumbers.Read(expected), TensorNumbers.Read(actual), Tolerance.Of(expected.Datatype, device)) is { } largest ? new(expected.Name, largest)
            : null;
    }

    /// <summary>The largest difference that is not tolerated.</summary>
    private static double? Largest(double[] expected, double[] actual, Tolerance tolerance)
    {
        // Rounding errors are as large as the numbers that were added up, even where these cancel out.
        var scale = expected.Concat(actual).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        return expected.Zip(actual).Where(pair => !tolerance.Allows(pair.First, pair.Second, scale))
            .Select(pair => (double?)Math.Abs(pair.First - pair.Second)).Select(difference => double.IsNaN(difference!.Value) ? double.PositiveInfinity : difference).Max();
    }
}
