using System.Buffers;
using System.Runtime.CompilerServices;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;

namespace QueueInference.Api.Bulk;

/// <summary>Reads items as they arrive: of the body there is never more in memory than one item and one chunk.</summary>
internal static class FramedItems
{
    private const int ChunkBytes = 16 << 10;

    /// <summary>Reads up to the end of the body; who stops asking stops the reading.</summary>
    /// <param name="body">Where from.</param>
    /// <param name="framing">Finds the items.</param>
    /// <param name="most">Bytes that one item may have; a larger one is skipped and refused.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProblemException">The stream is broken; what was read before stands.</exception>
    public static async IAsyncEnumerable<BulkItem> ReadAsync(
        Stream body, IFraming framing, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var draft = new Draft(most);
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await body.ReadAsync(chunk, cancellationToken)) > 0)
            {
                for (var at = 0; at < read;)
                {
                    var step = framing.Step(chunk.AsSpan(at, read - at));
                    draft.Append(chunk.AsSpan(at, step.Item));
                    at += step.Used;
                    if (step.Ended)
                    {
                        yield return draft.Take();
                    }
                }
            }

            if (framing.End())
            {
                yield return draft.Take();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    /// <summary>The item under way.</summary>
    private sealed class Draft(int most) : IDisposable
    {
        private RequestBody _body = new();
        private bool _tooLarge;

        public void Append(ReadOnlySpan<byte> bytes) => _tooLarge = _tooLarge || !_body.TryAppend(bytes, most);

        public BulkItem Take()
        {
            var taken = _body;
            _body = new();
            if (!_tooLarge)
            {
                return new(taken);
            }

            taken.Dispose();
            _tooLarge = false;
            return new(null, new Problem("payload-too-large", $"One job of a bulk may have {most} bytes."));
        }

        public void Dispose() => _body.Dispose();
    }
}
