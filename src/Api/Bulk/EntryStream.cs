using System.Text.Json;

namespace QueueInference.Api.Bulk;

/// <summary>The answer of a bulk call, written entry by entry: a JSON array, or a line for each (NDJSON). It begins with the first of them.</summary>
internal sealed class EntryStream(HttpResponse response, bool lines) : IAsyncDisposable
{
    private const int FlushBytes = 16 << 10;
    private readonly Utf8JsonWriter _json = new(response.BodyWriter);
    private long _written;
    private bool _begun;

    /// <summary>Whether enough is unsent to be worth a packet.</summary>
    public bool IsFull => _written >= FlushBytes;

    /// <summary>Writes an entry, without sending it.</summary>
    public void Write<T>(T entry, Action<Utf8JsonWriter, T> write)
    {
        Begin(!lines && _begun ? ",\n"u8 : default);
        write(_json, entry);
        _json.Flush();
        _written += _json.BytesCommitted;
        _json.Reset();
        Raw(lines ? "\n"u8 : default);
    }

    /// <summary>Sends what is written.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_written > 0)
        {
            _written = 0;
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Ends the answer.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Begin(default);
        Raw(lines ? default : "]\n"u8);
        return FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _json.DisposeAsync();

    private void Begin(ReadOnlySpan<byte> separator)
    {
        if (!_begun)
        {
            _begun = true;
            response.StatusCode = StatusCodes.Status207MultiStatus;
            response.ContentType = lines ? BulkForm.Lines : BulkForm.Json;
            response.Headers.CacheControl = "no-store";
            separator = lines ? default : "["u8;
        }

        Raw(separator);
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(response.BodyWriter.GetSpan(bytes.Length));
        response.BodyWriter.Advance(bytes.Length);
        _written += bytes.Length;
    }
}
