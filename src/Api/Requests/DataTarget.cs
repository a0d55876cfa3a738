using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>What the data of one input must become.</summary>
/// <param name="Pointer">The input's place.</param>
/// <param name="Datatype">The element type.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Count">Elements, known to fit the limit.</param>
/// <param name="Limits">How much may be asked for.</param>
internal sealed record DataTarget(string Pointer, TensorDatatype Datatype, long[] Shape, int Count, RequestLimits Limits)
{
    /// <summary>Place of the data; made once, because each element may need it.</summary>
    public string Place { get; } = $"{Pointer}/data";

    /// <summary>Bytes of the data; meaningless for strings.</summary>
    public int ByteCount => Count * Datatype.ElementSize();

    /// <summary>Whether the elements are strings.</summary>
    public bool IsStrings => Datatype == TensorDatatype.Bytes;

    /// <summary>The refusal of data that is more, less or otherwise nested than the shape says.</summary>
    public ProblemException Mismatch() => Refuse("shape-data-mismatch", $"The data must hold the {Count} elements of the shape, flat or nested as the shape.");

    /// <summary>A refusal of the data.</summary>
    public ProblemException Refuse(string slug, string detail) => new(slug, Place, detail);
}
