using System.Text.Json;

namespace QueueInference.Api.Requests;

/// <summary>Walks the elements of an array that is flat, or nested exactly as a shape.</summary>
internal struct DataWalk(DataTarget target)
{
    // Children seen at each level of the nesting; the position above it is the element's.
    private readonly int[] _seen = new int[Math.Max(target.Shape.Length, 1)];
    private int _level;
    private bool _started;
    private bool _nested;

    /// <summary>Position of the element here, in row-major order.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>Moves to the next element; false after the last. Refuses data that does not follow the shape.</summary>
    public bool Next(ref JsonCursor json)
    {
        while (json.Next())
        {
            switch (json.Kind)
            {
                case JsonTokenType.StartArray:
                    Open();
                    break;
                case JsonTokenType.EndArray when Close():
                    return false;
                case JsonTokenType.EndArray:
                    break;
                default:
                    Element();
                    return true;
            }
        }

        throw target.Mismatch();
    }

    private void Open()
    {
        _nested |= !_started && target.Shape.Length > 1;
        _started = true;
        Require(_nested && _level < target.Shape.Length - 1);
        Count();
        _seen[++_level] = 0;
    }

    private bool Close()
    {
        Require(_nested ? _seen[_level] == target.Shape[_level] : Index + 1 == target.Count);
        return _level-- == 0;
    }

    private void Element()
    {
        _started = true;
        Require(_nested ? _level == target.Shape.Length - 1 : Index + 1 < target.Count);
        Count();
        Index++;
    }

    private readonly void Count()
    {
        _seen[_level]++;
        Require(!_nested || _seen[_level] <= target.Shape[_level]);
    }

    private readonly void Require(bool follows)
    {
        if (!follows)
        {
            throw target.Mismatch();
        }
    }
}
