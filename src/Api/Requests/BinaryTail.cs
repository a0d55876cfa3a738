using QueueInference.Api.Problems;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Requests;

/// <summary>What follows the JSON in the binary form: the tensors, in the order of the inputs.</summary>
/// <param name="bytes">The bytes; null while they are still to be read from the network.</param>
internal sealed class BinaryTail(ReadOnlyMemory<byte>? bytes)
{
    private readonly bool _isAbsent = bytes is null;
    private ReadOnlyMemory<byte> _rest = bytes ?? default;

    /// <summary>Takes the next tensor.</summary>
    public ReadOnlyMemory<byte> Take(int size, string pointer)
    {
        if (_isAbsent)
        {
            return AbsentData.Of(size);
        }

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
