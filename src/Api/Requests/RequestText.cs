using System.Text.Json;
using System.Text.Unicode;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>Checks the bytes of a request before they are read as JSON, and says where JSON went wrong.</summary>
internal static class RequestText
{
    /// <summary>Refuses bodies that are empty or not UTF-8.</summary>
    public static void Require(ReadOnlySpan<byte> json)
    {
        if (json.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new ProblemException(new Problem("empty-body", "The request needs a JSON body."));
        }

        // UTF-16 without a byte order mark shows itself by the zero beside its first character.
        if (json[0] == 0 || (json.Length > 1 && json[1] == 0) || !Utf8.IsValid(json))
        {
            throw new ProblemException(new Problem("invalid-encoding", "The body must be UTF-8."));
        }
    }

    /// <summary>Refuses what is not JSON from the first byte to the last, or too deep.</summary>
    public static void RequireWellFormed(ReadOnlySpan<byte> json, int maxDepth)
    {
        var cursor = new JsonCursor(json, maxDepth);
        try
        {
            while (cursor.Next())
            {
            }
        }
        catch (JsonException error)
        {
            throw Malformed(json, error);
        }
    }

    /// <summary>The refusal of text that is not JSON: the place, never the text.</summary>
    public static ProblemException Malformed(ReadOnlySpan<byte> json, JsonException error)
    {
        var start = 0;
        for (var line = error.LineNumber ?? 0; line > 0; line--)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return Malformed($"The JSON is broken at byte {start + (error.BytePositionInLine ?? 0)}.");
    }

    /// <summary>The refusal of a binary form whose JSON does not end where it should.</summary>
    public static ProblemException HeaderLength() =>
        Malformed("The header Inference-Header-Content-Length must be the length of the JSON at the start of the body.");

    /// <summary>The refusal of a body whose JSON part cannot be found.</summary>
    public static ProblemException Malformed(string detail) => new(new Problem("malformed-json", detail));
}
