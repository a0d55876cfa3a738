using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Takes an input's data from behind the JSON.</summary>
internal static class BinaryData
{
    /// <summary>Takes the bytes of the next tensor.</summary>
    public static ReadOnlyMemory<byte> Read(BinaryTail? tail, int? size, DataTarget target)
    {
        if (size is not { } bytes)
        {
            throw new ProblemException("type-mismatch", $"{target.Pointer}/data", "The property is required.");
        }

        var pointer = $"{target.Pointer}/parameters/binary_data_size";
        if (tail is null)
        {
            throw new ProblemException("shape-data-mismatch", pointer, "Binary data needs the header Inference-Header-Content-Length.");
        }

        var data = tail.Take(bytes, pointer);
        RequireFit(data.Span, target, pointer);
        return data;
    }

    private static void RequireFit(ReadOnlySpan<byte> data, DataTarget target, string pointer)
    {
        var fits = target.IsStrings ? WireStrings.HasElements(data, target) : data.Length == target.ByteCount;
        if (!fits)
        {
            throw new ProblemException("shape-data-mismatch", pointer, "The tensor has more or fewer bytes than its shape needs.");
        }

        if (target.Datatype == TensorDatatype.Bool && data.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw target.Refuse("number-out-of-range", "A BOOL is the byte 0 or 1.");
        }
    }
}
