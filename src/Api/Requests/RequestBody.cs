using System.Buffers;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>A whole body in memory that is lent. Tensors point into it, so it is given back only when the job has been sent.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] _bytes;
    private int _length;

    private RequestBody(int size) => _bytes = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Reads a body, but never more than allowed.</summary>
    /// <exception cref="ProblemException">It is larger than <paramref name="most"/> bytes.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        // One byte more than it says, so that its end is seen without growing.
        var body = new RequestBody((int)(request.ContentLength + 1 ?? 4096));
        try
        {
            await body.FillAsync(request.Body, most, cancellationToken);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    private async Task FillAsync(Stream source, int most, CancellationToken cancellationToken)
    {
        int read;
        while ((read = await source.ReadAsync(_bytes.AsMemory(_length), cancellationToken)) > 0)
        {
            if ((_length += read) > most)
            {
                throw TooLarge(most);
            }

            if (_length == _bytes.Length)
            {
                Grow();
            }
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * _length);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    private static ProblemException TooLarge(int most) => new(new Problem("payload-too-large", $"A request body may have {most} bytes."));
}
