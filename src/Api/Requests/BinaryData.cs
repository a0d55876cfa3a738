using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Tensors;

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
        if (!target.IsStrings && data.Length != target.ByteCount)
        {
            throw Mismatch(pointer);
        }

        if (AbsentData.Behind(data) is null)
        {
            RequireFit(data.Span, target, pointer);
        }

        return data;
    }

    /// <summary>The refusal of data of another length than the shape says.</summary>
    public static ProblemException Mismatch(string pointer) =>
        new("shape-data-mismatch", pointer, "The tensor has more or fewer bytes than its shape needs.");

    /// <summary>Refuses truth values other than 0 and 1.</summary>
    public static void RequireTruth(ReadOnlySpan<byte> data, DataTarget target)
    {
        if (target.Datatype == TensorDatatype.Bool && data.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw target.Refuse("number-out-of-range", "A BOOL is the byte 0 or 1.");
        }
    }

    private static void RequireFit(ReadOnlySpan<byte> data, DataTarget target, string pointer)
    {
        if (target.IsStrings && !WireStrings.HasElements(data, target))
        {
            throw Mismatch(pointer);
        }

        RequireTruth(data, target);
    }
}
