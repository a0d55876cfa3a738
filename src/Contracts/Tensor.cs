namespace QueueInference.Contracts;

/// <summary>A named array: the unit of a job's inputs and of its result.</summary>
/// <param name="Name">The model's name for it.</param>
/// <param name="Datatype">The element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Data">Elements in row-major order, little-endian; see <see cref="TensorDatatype.Bytes"/> for strings.</param>
public sealed record Tensor(string Name, TensorDatatype Datatype, long[] Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>How many elements the shape holds; 1 for a scalar.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
