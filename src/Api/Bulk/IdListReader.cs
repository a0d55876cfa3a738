using System.Text.Json;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;

namespace QueueInference.Api.Bulk;

/// <summary>Reads the body of a bulk read: <c>{"ids": […]}</c>.</summary>
internal static class IdListReader
{
    /// <summary>Most ids of one call.</summary>
    public const int MostIds = BulkSubmitter.MostItems;

    private const int MaxBytes = 1 << 20, MaxDepth = 4;

    /// <summary>Reads a request's ids, as the client wrote them.</summary>
    /// <exception cref="ProblemException">The body is none of these.</exception>
    public static async Task<List<string>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (RequestHeaders.RequireBody(request.Headers) is not null)
        {
            throw new ProblemException(new Problem("unsupported-media-type", "The body must be application/json in UTF-8."));
        }

        using var body = await RequestBody.ReadAsync(request, MaxBytes, cancellationToken);
        return Read(body.Memory.Span);
    }

    /// <summary>Reads a body.</summary>
    public static List<string> Read(ReadOnlySpan<byte> json)
    {
        RequestText.Require(json);
        try
        {
            return ReadDocument(new JsonCursor(json, MaxDepth));
        }
        catch (JsonException error)
        {
            throw RequestText.Malformed(json, error);
        }
    }

    private static List<string> ReadDocument(JsonCursor json)
    {
        json.Next();
        json.Require(JsonTokenType.StartObject, "", "an object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<string>? ids = null;
        while (json.NextProperty(names, "", out var name))
        {
            ids = name == "ids" ? ReadIds(ref json) : throw new ProblemException("unknown-property", "", "The object has ids alone.");
        }

        // Throws where anything but white space follows.
        json.Next();
        return ids ?? throw new ProblemException("type-mismatch", "/ids", "The property is required.");
    }

    private static List<string> ReadIds(ref JsonCursor json)
    {
        json.Require(JsonTokenType.StartArray, "/ids", "an array of strings");
        var ids = new List<string>();
        while (json.NextElement())
        {
            if (ids.Count == MostIds)
            {
                throw new ProblemException("bulk-too-large", "/ids", $"One call reads at most {MostIds} jobs.");
            }

            ids.Add(json.Text("/ids"));
        }

        return ids;
    }
}
