using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Payloads;

namespace QueueInference.Api.Requests;

/// <summary>The inputs of a request whose binary tensors are read from the network only as they are asked for, each piece checked as it passes.</summary>
/// <param name="json">The JSON at the start of the body, for the fingerprint.</param>
/// <param name="inputs">What the JSON says; the data of the binary ones is absent.</param>
/// <param name="body">The rest of the body.</param>
/// <param name="limits">How much may be asked for.</param>
/// <param name="aborted">The client has gone.</param>
internal sealed class ArrivingInputs(
    ReadOnlyMemory<byte> json, IReadOnlyList<Tensor> inputs, Stream body, RequestLimits limits, CancellationToken aborted) : IDisposable
{
    private readonly IncrementalHash _hash = Begin(json);

    /// <summary>The data of all inputs, one after another, in pieces; each is valid until the next. Once only.</summary>
    /// <exception cref="ProblemException">The body ends too early or too late, does not arrive in time, or a value is not allowed.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PayloadPieces.MaxBytes);
        try
        {
            for (var i = 0; i < inputs.Count; i++)
            {
                var arrival = new TensorArrival(inputs[i], i, limits);
                foreach (var here in PayloadPieces.Cut(arrival.IsAwaited ? [] : [arrival.Data]))
                {
                    yield return here;
                }

                for (var left = arrival.IsAwaited ? arrival.Data.Length : 0; left > 0; left -= Math.Min(left, PayloadPieces.MaxBytes))
                {
                    yield return await ReadPieceAsync(buffer.AsMemory(0, Math.Min(left, PayloadPieces.MaxBytes)), arrival, cancellationToken);
                }

                arrival.End();
            }

            await RequireEndAsync(buffer, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The whole inputs in memory.</summary>
    public async Task<Tensor[]> LoadAsync(CancellationToken cancellationToken)
    {
        var all = new byte[Payloads.Bytes(inputs)];
        var written = 0;
        await foreach (var piece in ReadAsync(cancellationToken))
        {
            piece.CopyTo(all.AsMemory(written));
            written += piece.Length;
        }

        var rest = (ReadOnlyMemory<byte>)all;
        return [.. inputs.Select(input => input with { Data = Next(ref rest, input.Data.Length) })];
    }

    /// <summary>The fingerprint of the body, as of one that was in memory. After the last piece.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();

    private async Task<ReadOnlyMemory<byte>> ReadPieceAsync(Memory<byte> piece, TensorArrival arrival, CancellationToken cancellationToken)
    {
        if (await ReadAsync(piece, cancellationToken) < piece.Length)
        {
            throw arrival.CutShort();
        }

        _hash.AppendData(piece.Span);
        arrival.Take(piece.Span);
        return piece;
    }

    private async Task RequireEndAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await ReadAsync(buffer[..1], cancellationToken) > 0)
        {
            throw new ProblemException("shape-data-mismatch", "/inputs", "The body has bytes that no input claims.");
        }
    }

    private async Task<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new ProblemException(new Problem("request-timeout", "The body did not arrive in time. Send it faster, or fewer at once."));
        }
    }

    private static ReadOnlyMemory<byte> Next(ref ReadOnlyMemory<byte> rest, int length)
    {
        var next = rest[..length];
        rest = rest[length..];
        return next;
    }

    private static IncrementalHash Begin(ReadOnlyMemory<byte> json)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(json.Span);
        return hash;
    }
}
