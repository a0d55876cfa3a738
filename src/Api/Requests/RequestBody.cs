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

    /// <summary>Reads the JSON at the start of a body in the binary form; the rest stays unread.</summary>
    /// <exception cref="ProblemException">It is larger than <paramref name="most"/> bytes, or the body ends before it does.</exception>
    public static async Task<RequestBody> ReadHeaderAsync(HttpRequest request, int length, int most, CancellationToken cancellationToken)
    {
        if (length > most)
        {
            throw TooLarge(most);
        }

        var body = new RequestBody(length);
        try
        {
            body._length = await request.Body.ReadAtLeastAsync(body._bytes.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken);
            return body._length == length && length > 0 ? body : throw RequestText.HeaderLength();
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

    private static ProblemException TooLarge(int most) => new(new Problem("payload-too-large",
        $"JSON may have {most} bytes. Send larger inputs in the binary form: application/octet-stream with the header Inference-Header-Content-Length."));
}
