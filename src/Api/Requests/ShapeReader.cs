using System.Text.Json;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>Reads shapes, by Triton's rules: no negative dimension, no product that overflows, a limit on rank and bytes.</summary>
internal static class ShapeReader
{
    /// <summary>Reads the array of dimensions.</summary>
    public static long[] Read(ref JsonCursor json, string pointer, int maxRank)
    {
        json.Require(JsonTokenType.StartArray, pointer, "an array of numbers");
        var shape = new List<long>(maxRank);
        while (json.NextElement())
        {
            json.Require(JsonTokenType.Number, pointer, "an array of numbers");
            if (shape.Count == maxRank)
            {
                throw new ProblemException("invalid-shape", pointer, $"A shape has at most {maxRank} dimensions.");
            }

            shape.Add(Dimension(ref json, pointer));
        }

        return [.. shape];
    }

    /// <summary>The number of elements, once it is known that they fit into <paramref name="maxBytes"/>.</summary>
    public static int RequireElements(long[] shape, int elementSize, int maxBytes, string pointer)
    {
        var bytes = (Int128)elementSize;
        foreach (var dimension in shape)
        {
            // A zero does not excuse its neighbours: runtimes multiply in any order and may overflow before they see it.
            bytes *= Math.Max(dimension, 1);
            if (bytes > maxBytes)
            {
                throw new ProblemException("shape-too-large", pointer, $"This shape needs more than the {maxBytes} bytes that are left for the inputs of a job.");
            }
        }

        return shape.Contains(0) ? 0 : (int)(bytes / elementSize);
    }

    private static long Dimension(ref JsonCursor json, string pointer)
    {
        if (json.Reader.TryGetInt64(out var size) && size >= 0)
        {
            return size;
        }

        throw json.Raw.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            ? new ProblemException("invalid-shape", pointer, "A dimension is a whole number of at least 0.")
            : new ProblemException("shape-too-large", pointer, "A dimension must fit into 63 bits.");
    }
}
