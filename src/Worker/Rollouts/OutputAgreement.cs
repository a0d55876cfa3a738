using QueueInference.Contracts;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Rollouts;

/// <summary>How far the answers of two versions to the same job are apart. Pure.</summary>
/// <param name="Agreed">For each row, whether both say the same.</param>
/// <param name="Gaps">For each output of numbers, how far these are apart.</param>
internal sealed record OutputAgreement(bool[] Agreed, IReadOnlyList<(string Output, double Max, double Sum, long Count)> Gaps)
{
    /// <summary>For what cannot be compared: sums of it stay finite.</summary>
    private const double MostGap = 1e30;

    /// <summary>Compares outputs by name. A row of scores agrees where the highest is at the same place; other numbers where they are about the same; the rest where it is the same.</summary>
    /// <param name="expected">The outputs of the version before.</param>
    /// <param name="actual">The outputs of the candidate, which has them all.</param>
    /// <param name="rows">Rows of the job; 1 where the model has no batch axis.</param>
    /// <param name="tolerance">In proportion to the larger number.</param>
    public static OutputAgreement Of(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> actual, int rows, double tolerance)
    {
        var agreed = Enumerable.Repeat(true, rows).ToArray();
        List<(string, double, double, long)> gaps = [];
        foreach (var one in expected)
        {
            var other = actual.First(output => output.Name == one.Name);
            if (!one.Shape.AsSpan().SequenceEqual(other.Shape))
            {
                Array.Fill(agreed, false);
            }
            else if (one.Datatype == TensorDatatype.Bytes)
            {
                Array.Fill(agreed, value: false, 0, one.Data.Span.SequenceEqual(other.Data.Span) ? 0 : rows);
            }
            else
            {
                gaps.Add(CompareNumbers(one, other, agreed, tolerance));
            }
        }

        return new(agreed, gaps);
    }

    private static (string, double, double, long) CompareNumbers(Tensor expected, Tensor actual, bool[] agreed, double tolerance)
    {
        var (one, other) = (TensorNumbers.Read(expected), TensorNumbers.Read(actual));
        // Without a row for each of the job's, the output is one answer to all of them.
        var isByRow = expected.Shape is [var first, ..] && first == agreed.Length;
        var rows = isByRow ? agreed.Length : 1;
        var width = one.Length / rows;
        // A row of several floating-point numbers is taken for scores, of which the highest is the answer.
        var isScores = expected.Shape is [.., > 1] && expected.Datatype is TensorDatatype.Fp16 or TensorDatatype.Bf16 or TensorDatatype.Fp32 or TensorDatatype.Fp64;
        for (var row = 0; row < rows; row++)
        {
            var a = one.AsSpan(row * width, width);
            var b = other.AsSpan(row * width, width);
            var isSame = isScores ? SameHighest(a, b, (int)expected.Shape[^1]) : Same(a, b, tolerance);
            Array.Fill(agreed, value: false, row, isSame ? 0 : isByRow ? 1 : agreed.Length);
        }

        var gaps = one.Zip(other, (a, b) => a.Equals(b) ? 0 : double.IsFinite(a - b) ? Math.Min(Math.Abs(a - b), MostGap) : MostGap).ToList();
        return (expected.Name, gaps.DefaultIfEmpty().Max(), gaps.Sum(), gaps.Count);
    }

    private static bool SameHighest(ReadOnlySpan<double> one, ReadOnlySpan<double> other, int scores)
    {
        for (var start = 0; start < one.Length; start += scores)
        {
            if (Highest(one.Slice(start, scores)) != Highest(other.Slice(start, scores)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>-1 where one is not a number.</summary>
    private static int Highest(ReadOnlySpan<double> scores)
    {
        var highest = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]))
            {
                return -1;
            }

            highest = scores[i] > scores[highest] ? i : highest;
        }

        return highest;
    }

    private static bool Same(ReadOnlySpan<double> one, ReadOnlySpan<double> other, double tolerance)
    {
        for (var i = 0; i < one.Length; i++)
        {
            if (!one[i].Equals(other[i]) && !(Math.Abs(one[i] - other[i]) <= tolerance * Math.Max(Math.Abs(one[i]), Math.Abs(other[i]))))
            {
                return false;
            }
        }

        return true;
    }
}
