using QueueInference.Contracts;
using QueueInference.Core.Drift;
using QueueInference.Core.Tensors;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Drift;

/// <summary>What is looked at of one row of a tensor. Pure.</summary>
internal static class DriftFeatures
{
    // Rows that are no longer have a distribution for each column: the features of a table, the scores of a few classes.
    private const int MostColumns = 32;

    private const int MostScores = 4096;

    /// <summary>Features and their values in one row. Strings have none.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="isInput">Whether it is an input.</param>
    /// <param name="row">The row; 0 where the model has no batch axis.</param>
    /// <param name="rows">Rows of the job; 1 where the model has no batch axis.</param>
    /// <param name="turn">Another number looks at other elements of a long row.</param>
    public static IEnumerable<(DriftFeature Feature, double Value)> Of(Tensor tensor, bool isInput, int row, int rows, int turn)
    {
        var count = (int)Math.Min(int.MaxValue, tensor.ElementCount);
        if (tensor.Datatype == TensorDatatype.Bytes || count == 0 || count % rows != 0)
        {
            yield break;
        }

        var (width, size) = (count / rows, (int)tensor.Datatype.ElementSize());
        var isTable = tensor.Shape.Length <= 2 && width <= MostColumns;
        foreach (var (element, name) in isTable ? Columns(tensor.Name, width) : One(tensor.Name, width, turn))
        {
            yield return (new DriftFeature(isInput, IsLabel: false, name), Read(tensor, ((row * width) + element) * size, 1)[0]);
        }

        if (!isInput && IsScores(tensor, width))
        {
            var scores = Read(tensor, row * width * size, width);
            yield return (new DriftFeature(IsInput: false, IsLabel: true, tensor.Name), Array.IndexOf(scores, scores.Max()));
        }
    }

    private static IEnumerable<(int Element, string Name)> Columns(string name, int width) =>
        Enumerable.Range(0, width).Select(column => (column, width == 1 ? name : $"{name}[{column}]"));

    /// <summary>Numbers of one row are alike, and each that is counted must be another sample: another place each time.</summary>
    private static IEnumerable<(int Element, string Name)> One(string name, int width, int turn) => [((int)(((ulong)unchecked((uint)turn * 2654435761u) * (uint)width) >> 32), name)];

    /// <summary>A row of several floating-point numbers is taken for scores, as rollouts do.</summary>
    private static bool IsScores(Tensor tensor, int width) => tensor.Shape.Length <= 2 && width is > 1 and <= MostScores
        && tensor.Datatype is TensorDatatype.Fp16 or TensorDatatype.Bf16 or TensorDatatype.Fp32 or TensorDatatype.Fp64;

    private static double[] Read(Tensor tensor, int start, int elements) =>
        TensorNumbers.Read(tensor with { Shape = [elements], Data = tensor.Data.Slice(start, elements * (int)tensor.Datatype.ElementSize()) });
}
