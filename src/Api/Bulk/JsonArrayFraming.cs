using System.Buffers;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Bulk;

/// <summary>Items are the elements of one JSON array. Only brackets and strings are followed; what is between them is for the reader of the item.</summary>
internal sealed class JsonArrayFraming : IFraming
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8), PlainEnd = SearchValues.Create(" \t\r\n,]}"u8);
    private Place _place;
    private long _offset;
    private int _depth;
    private bool _inString, _escaped;

    private enum Place
    {
        Start,
        First,
        Next,
        Item,
        Plain,
        After,
        Done,
    }

    public FrameStep Step(ReadOnlySpan<byte> bytes)
    {
        var step = _place switch
        {
            Place.Item => Nested(bytes),
            Place.Plain => Plain(bytes),
            _ => Between(bytes),
        };
        _offset += step.Used;
        return step;
    }

    public bool End() => _place switch
    {
        Place.Done => false,
        Place.Start => throw new ProblemException(new Problem("empty-body", "The body must be a JSON array of jobs.")),
        _ => throw Broken(0, "ends before the array does, after"),
    };

    /// <summary>White space and one sign, or the place where an item begins.</summary>
    private FrameStep Between(ReadOnlySpan<byte> bytes)
    {
        var at = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        if (at < 0)
        {
            return new(bytes.Length, 0, false);
        }

        if (Sign(bytes[at]) is { } place)
        {
            _place = place;
            return new(at + 1, 0, false);
        }

        if (_place is not (Place.First or Place.Next) || bytes[at] is (byte)']' or (byte)'}' or (byte)',' or (byte)':')
        {
            throw Broken(at, "is broken at");
        }

        _place = bytes[at] is (byte)'{' or (byte)'[' or (byte)'"' ? Place.Item : Place.Plain;
        return new(at, 0, false);
    }

    private Place? Sign(byte sign) => (_place, sign) switch
    {
        (Place.Start, (byte)'[') => Place.First,
        (Place.First or Place.After, (byte)']') => Place.Done,
        (Place.After, (byte)',') => Place.Next,
        (Place.Start, _) => throw new ProblemException("type-mismatch", "", "The body must be a JSON array of jobs."),
        _ => null,
    };

    private FrameStep Nested(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            at = _inString ? InString(bytes, at) : OutsideString(bytes, at);
            if (_depth == 0 && !_inString)
            {
                _place = Place.After;
                return new(at, at, true);
            }
        }

        return new(bytes.Length, bytes.Length, false);
    }

    private int InString(ReadOnlySpan<byte> bytes, int at)
    {
        if (_escaped)
        {
            _escaped = false;
            return at + 1;
        }

        var next = bytes[at..].IndexOfAny((byte)'"', (byte)'\\');
        if (next < 0)
        {
            return bytes.Length;
        }

        _escaped = bytes[at + next] == '\\';
        _inString = _escaped;
        return at + next + 1;
    }

    private int OutsideString(ReadOnlySpan<byte> bytes, int at)
    {
        var next = bytes[at..].IndexOfAny(Structure);
        if (next < 0)
        {
            return bytes.Length;
        }

        var sign = bytes[at + next];
        _inString = sign == '"';
        _depth += sign is (byte)'{' or (byte)'[' ? 1 : _inString ? 0 : -1;
        return at + next + 1;
    }

    /// <summary>A number or a word; it ends before the sign that follows.</summary>
    private FrameStep Plain(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAny(PlainEnd);
        _place = end < 0 ? Place.Plain : Place.After;
        return end < 0 ? new(bytes.Length, bytes.Length, false) : new(end, end, true);
    }

    private ProblemException Broken(int at, string how) => new(new Problem("malformed-json", $"The array {how} byte {_offset + at} of the body. Nothing after it was read."));
}
