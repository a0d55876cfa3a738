using System.Globalization;
using System.Text;

namespace QueueInference.Chaos.Proxy;

/// <summary>Finds where values of RESP 2 and 3 end in a stream of bytes, however it arrives.</summary>
/// <param name="keep">How many of the first bulk strings of a value are kept.</param>
internal sealed class RespValues(int keep)
{
    private readonly List<byte> _line = [];
    private readonly List<byte> _bulk = [];
    private readonly List<string> _kept = [];

    /// <summary>Values that the current one still lacks, itself included, and bytes that the current bulk string lacks.</summary>
    private long _left, _skip;

    /// <summary>Whether the next byte begins a value.</summary>
    public bool IsAtStart => _left == 0;

    /// <summary>The first bulk strings of the value that was read last.</summary>
    public IReadOnlyList<string> Kept => _kept;

    /// <summary>Reads to the end of one value at most; answers how many bytes that were, and whether the value is whole.</summary>
    public int Read(ReadOnlySpan<byte> bytes, out bool whole)
    {
        if (IsAtStart)
        {
            _left = 1;
            _kept.Clear();
        }

        var at = 0;
        while (at < bytes.Length && _left > 0)
        {
            at += _skip > 0 ? ReadBulk(bytes[at..]) : ReadLine(bytes[at..]);
        }

        whole = _left == 0;
        return at;
    }

    private int ReadBulk(ReadOnlySpan<byte> bytes)
    {
        var length = (int)Math.Min(_skip, bytes.Length);
        if (_kept.Count < keep)
        {
            _bulk.AddRange(bytes[..length]);
        }

        _skip -= length;
        if (_skip == 0)
        {
            _left--;
            Keep();
        }

        return length;
    }

    private void Keep()
    {
        if (_kept.Count < keep)
        {
            _kept.Add(Encoding.UTF8.GetString([.. _bulk[..^2]]));
            _bulk.Clear();
        }
    }

    private int ReadLine(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        var part = end < 0 ? bytes : bytes[..(end + 1)];
        _line.AddRange(part);
        if (end >= 0)
        {
            Begin(Encoding.ASCII.GetString([.. _line]).TrimEnd());
            _line.Clear();
        }

        return part.Length;
    }

    private void Begin(string line)
    {
        switch (line[0])
        {
            case '$' or '=' or '!' when Number(line) >= 0:
                _skip = Number(line) + 2;
                break;
            case '*' or '~' or '>':
                _left += Math.Max(0, Number(line)) - 1;
                break;
            case '%':
                _left += (2 * Number(line)) - 1;
                break;
            case '|':
                // Attributes come before a value, and are none.
                _left += 2 * Number(line);
                break;
            default:
                _left--;
                break;
        }
    }

    private static long Number(string line) => long.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
}
