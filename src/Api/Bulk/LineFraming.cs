using QueueInference.Api.Problems;

namespace QueueInference.Api.Bulk;

/// <summary>Items are lines (NDJSON). Blank ones count for nothing; whatever is wrong inside one, the next begins after its end.</summary>
internal sealed class LineFraming : IFraming
{
    private bool _inLine, _any;

    public FrameStep Step(ReadOnlySpan<byte> bytes)
    {
        if (!_inLine)
        {
            var blank = bytes.IndexOfAnyExcept(" \t\r\n"u8);
            _any |= _inLine = blank >= 0;
            return new(blank < 0 ? bytes.Length : blank, 0, false);
        }

        var end = bytes.IndexOf((byte)'\n');
        _inLine = end < 0;
        return end < 0 ? new(bytes.Length, bytes.Length, false) : new(end + 1, end, true);
    }

    public bool End() => _any ? _inLine : throw new ProblemException(new Problem("empty-body", "The body needs at least one line."));
}
