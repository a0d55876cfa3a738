using System.Buffers;
using System.Text.Json;

namespace QueueInference.Api.Bulk;

/// <summary>The answer of a bulk call, written entry by entry: a JSON array, or a line for each (NDJSON). It begins with the first of them.</summary>
internal sealed class EntryStream(HttpResponse response, bool lines) : IAsyncDisposable
{
    private const int FlushBytes = 16 << 10;
    // Not the server's own writer: under load it was seen to lend fewer bytes than the JSON writer asks for, which throws.
    private readonly ArrayBufferWriter<byte> _unsent = new(FlushBytes);
    private Utf8JsonWriter? _json;
    private bool _begun;

    /// <summary>Whether enough is unsent to be worth a packet.</summary>
    public bool IsFull => _unsent.WrittenCount >= FlushBytes;

    /// <summary>Writes an entry, without sending it.</summary>
    public void Write<T>(T entry, Action<Utf8JsonWriter, T> write)
    {
        Begin(!lines && _begun ? ",\n"u8 : default);
        _json ??= new Utf8JsonWriter(_unsent);
        write(_json, entry);
        _json.Flush();
        _json.Reset();
        _unsent.Write(lines ? "\n"u8 : default);
    }

    /// <summary>Sends what is written.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_unsent.WrittenCount > 0)
        {
            await response.Body.WriteAsync(_unsent.WrittenMemory, cancellationToken);
            _unsent.ResetWrittenCount();
        }
    }

    /// <summary>Ends the answer.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Begin(default);
        _unsent.Write(lines ? default : "]\n"u8);
        return FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _json?.DisposeAsync() ?? ValueTask.CompletedTask;

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

        _unsent.Write(separator);
    }
}
