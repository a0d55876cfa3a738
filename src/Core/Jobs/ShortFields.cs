using System.Globalization;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>Reads the parts of a field that blanks separate, from left to right.</summary>
internal ref struct ShortFields(RedisValue value)
{
    private ReadOnlySpan<char> _rest = (string?)value;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>The next part as a whole number.</summary>
    public long Long() => long.Parse(Next(), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The next part as a number.</summary>
    public double Double() => double.Parse(Next(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The next part.</summary>
    public ReadOnlySpan<char> Next()
    {
        var end = _rest.IndexOf(' ');
        var part = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return part;
    }

    /// <summary>All that is left, blanks included.</summary>
    public readonly string Rest() => _rest.ToString();
}
