using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>What follows the JSON in the binary form: the tensors, in the order of the inputs.</summary>
internal sealed class BinaryTail(ReadOnlyMemory<byte> bytes)
{
    private ReadOnlyMemory<byte> _rest = bytes;

    /// <summary>Takes the next tensor.</summary>
    public ReadOnlyMemory<byte> Take(int size, string pointer)
    {
        if (size > _rest.Length)
        {
            throw new ProblemException("shape-data-mismatch", pointer, "The body ends before this tensor does.");
        }

        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }

    /// <summary>Refuses bytes that no input claims.</summary>
    public void RequireEnd()
    {
        if (!_rest.IsEmpty)
        {
            throw new ProblemException("shape-data-mismatch", "/inputs", $"The body has {_rest.Length} bytes that no input claims.");
        }
    }
}
