using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace QueueInference.Functional.Hosts;

/// <summary>A job with one large FP32 input in the binary form, made while it is sent, so that the test itself holds none of it.</summary>
internal sealed class LargeBody : HttpContent
{
    private const int Piece = 1 << 20;
    private readonly byte[] _header;
    private readonly int _megabytes;
    private readonly bool _hasLength;

    /// <param name="model">The model.</param>
    /// <param name="megabytes">MiB of data.</param>
    /// <param name="more">More properties of the job, after a comma.</param>
    /// <param name="hasLength">Whether the request says how long it is; else it is chunked.</param>
    public LargeBody(string model, int megabytes, string more = "", bool hasLength = true)
    {
        (_megabytes, _hasLength) = (megabytes, hasLength);
        _header = Encoding.UTF8.GetBytes(
            $$$"""{"model":"{{{model}}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,{{{megabytes * (Piece / 4)}}}],"parameters":{"binary_data_size":{{{(long)megabytes * Piece}}}}}]{{{more}}}}""");
        Headers.ContentType = new("application/octet-stream");
        Headers.Add("Inference-Header-Content-Length", _header.Length.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Called after each MiB with the number sent; may throw.</summary>
    public Func<int, Task> Sent { get; init; } = _ => Task.CompletedTask;

    /// <summary>SHA-256 of the data.</summary>
    public byte[] Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in Pieces())
        {
            hash.AppendData(piece);
        }

        return hash.GetCurrentHash();
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_header);
        var sent = 0;
        foreach (var piece in Pieces())
        {
            await stream.WriteAsync(piece);
            await stream.FlushAsync();
            await Sent(++sent);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _header.Length + ((long)_megabytes * Piece);
        return _hasLength;
    }

    private IEnumerable<byte[]> Pieces()
    {
        var piece = new byte[Piece];
        var random = new Random(42);
        for (var i = 0; i < _megabytes; i++)
        {
            random.NextBytes(piece);
            yield return piece;
        }
    }
}
