using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>A position in the request's JSON. It is a struct: a copy remembers a place to come back to.</summary>
internal ref struct JsonCursor(ReadOnlySpan<byte> json, int maxDepth)
{
    private readonly int _length = json.Length;

    // One deeper than the limit, so that Next sees the first bracket too many and can say what is wrong.
    private Utf8JsonReader _reader = new(json, new JsonReaderOptions { MaxDepth = maxDepth + 1 });

    /// <summary>The token here.</summary>
    public readonly JsonTokenType Kind => _reader.TokenType;

    /// <summary>Bytes of JSON after this token.</summary>
    public readonly int Remaining => _length - (int)_reader.BytesConsumed;

    /// <summary>The raw bytes of the token, without quotes; escapes are not resolved.</summary>
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    /// <summary>The reader, for its conversions only; by reference, because it is large and asked once for each number.</summary>
    [UnscopedRef]
    public ref Utf8JsonReader Reader => ref _reader;

    /// <summary>Moves to the next token; false at the end of the document.</summary>
    public bool Next()
    {
        if (!_reader.Read())
        {
            return false;
        }

        if (Kind is JsonTokenType.StartArray or JsonTokenType.StartObject && _reader.CurrentDepth >= maxDepth)
        {
            throw new ProblemException(new Problem("json-too-deep", $"The JSON may be nested {maxDepth} deep."));
        }

        if (Kind is JsonTokenType.String or JsonTokenType.PropertyName && _reader.ValueIsEscaped)
        {
            RequireWholeCharacters();
        }

        return true;
    }

    /// <summary>Moves on inside an array; false at its end.</summary>
    public bool NextElement() => Next() && Kind != JsonTokenType.EndArray;

    /// <summary>Moves to the value of the next property of an object; false at its end.</summary>
    /// <param name="names">Names already seen in this object.</param>
    /// <param name="pointer">The object's place.</param>
    /// <param name="name">The property's name.</param>
    public bool NextProperty(HashSet<string> names, string pointer, out string name)
    {
        Next();
        name = Kind == JsonTokenType.PropertyName ? _reader.GetString()! : "";
        if (Kind == JsonTokenType.EndObject)
        {
            return false;
        }

        if (!names.Add(name))
        {
            throw new ProblemException("duplicate-property", pointer, "The object has a property twice.");
        }

        return Next();
    }

    /// <summary>Moves behind the value that starts here.</summary>
    public void Skip()
    {
        var depth = _reader.CurrentDepth;
        if (Kind is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            // Token by token, because what is skipped must be well-formed too.
            while (Next() && _reader.CurrentDepth > depth)
            {
            }
        }
    }

    /// <summary>Refuses any other token than this one.</summary>
    public readonly void Require(JsonTokenType kind, string pointer, string wanted)
    {
        if (Kind != kind)
        {
            throw Wrong(pointer, wanted);
        }
    }

    /// <summary>The string here.</summary>
    public readonly string Text(string pointer)
    {
        Require(JsonTokenType.String, pointer, "a string");
        return _reader.GetString()!;
    }

    /// <summary>Copies the string here as UTF-8 with its escapes resolved; the target must be as long as <see cref="Raw"/>.</summary>
    public readonly int CopyText(Span<byte> target) => _reader.CopyString(target);

    /// <summary>The refusal of a value of the wrong kind.</summary>
    public static ProblemException Wrong(string pointer, string wanted) => new("type-mismatch", pointer, $"The value must be {wanted}.");

    private readonly void RequireWholeCharacters()
    {
        try
        {
            _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(new Problem("invalid-encoding", "A string holds half of a surrogate pair."));
        }
    }
}
