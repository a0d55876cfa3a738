using System.Buffers;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>A whole body in memory that is lent. Tensors point into it, so it is given back only when the job has been sent.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>What is taken for a body of unknown length.</summary>
    public const int FirstBytes = 4096;

    private byte[] _bytes;
    private int _length;

    /// <summary>An empty one, to be appended to.</summary>
    public RequestBody()
        : this(0)
    {
    }

    private RequestBody(int size) => _bytes = size == 0 ? [] : ArrayPool<byte>.Shared.Rent(size);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Reads a body, but never more than allowed.</summary>
    /// <exception cref="ProblemException">It is larger than <paramref name="most"/> bytes.</exception>
    public static Task<RequestBody> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken, Action<long>? hold = null) =>
        request.ContentLength > most ? throw TooLarge(most) : ReadAsync(request.Body, request.ContentLength, most, cancellationToken, hold);

    /// <summary>Reads a body of which the length may be known.</summary>
    /// <param name="source">Where from.</param>
    /// <param name="length">How many bytes there are; null where that is not known.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="hold">Told of bytes that are taken beyond those that were known; may throw.</param>
    /// <exception cref="ProblemException">It is larger than <paramref name="most"/> bytes.</exception>
    public static async Task<RequestBody> ReadAsync(Stream source, long? length, int most, CancellationToken cancellationToken, Action<long>? hold = null)
    {
        // One byte more than it says, so that its end is seen without growing.
        var body = new RequestBody((int)(length + 1 ?? FirstBytes));
        try
        {
            await body.FillAsync(source, most, hold, cancellationToken);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Appends bytes; false, and nothing done, when there would be more than <paramref name="most"/>.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes, int most)
    {
        if (bytes.Length > most - _length)
        {
            return false;
        }

        if (bytes.Length > _bytes.Length - _length)
        {
            Grow(_length + bytes.Length);
        }

        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
        return true;
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
        Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    private static void Return(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private async Task FillAsync(Stream source, int most, Action<long>? hold, CancellationToken cancellationToken)
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
                hold?.Invoke(_length);
                Grow(_length + 1);
            }
        }
    }

    private void Grow(int least)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(least, 2 * _bytes.Length));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
    }

    private static ProblemException TooLarge(int most) => new(new Problem("payload-too-large",
        $"JSON may have {most} bytes. Send larger inputs in the binary form: application/octet-stream with the header Inference-Header-Content-Length."));
}
