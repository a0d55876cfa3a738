using System.Globalization;
using System.Text.Json;
using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Reads the properties of a job other than its inputs.</summary>
internal sealed class OptionReader(RequestLimits limits, DateTimeOffset now)
{
    /// <summary>How much may be asked for.</summary>
    public RequestLimits Limits => limits;

    /// <summary>A version: a positive number, written as one or as a string.</summary>
    public static int Version(ref JsonCursor json)
    {
        if (json.Kind is not (JsonTokenType.String or JsonTokenType.Number))
        {
            throw JsonCursor.Wrong("/version", "a string or a number");
        }

        var text = json.Kind == JsonTokenType.String ? json.Text("/version") : "";
        var known = json.Kind == JsonTokenType.Number
            ? json.Reader.TryGetInt32(out var version)
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version) && text[0] != '0';
        return known && version > 0
            ? version
            : throw new ProblemException("model-not-found", "/version", "Versions are positive whole numbers.");
    }

    /// <summary>A priority class.</summary>
    public static JobPriority Priority(ref JsonCursor json) => (json.Kind == JsonTokenType.String ? json.Text("/priority") : null) switch
    {
        "high" => JobPriority.High,
        "normal" => JobPriority.Normal,
        "low" => JobPriority.Low,
        _ => throw Invalid("/priority", "The value must be high, normal or low."),
    };

    /// <summary>A key like that of the header.</summary>
    public static string IdempotencyKey(ref JsonCursor json)
    {
        var key = json.Text("/idempotency_key");
        return RequestHeaders.IsKey(key) ? key : throw new ProblemException(
            "invalid-idempotency-key", "/idempotency_key", $"The value must have 1 to {RequestHeaders.MaxKeyLength} printable ASCII characters.");
    }

    /// <summary>The names of the requested outputs; an empty array asks for all, as in the protocol.</summary>
    public IReadOnlyList<string>? Outputs(ref JsonCursor json)
    {
        json.Require(JsonTokenType.StartArray, "/outputs", "an array");
        var outputs = new List<string>();
        while (json.NextElement())
        {
            if (outputs.Count == limits.MaxOutputs)
            {
                throw new ProblemException("input-set-mismatch", "/outputs", $"A job has at most {limits.MaxOutputs} outputs.");
            }

            outputs.Add(Output(ref json, $"/outputs/{outputs.Count}"));
        }

        return outputs.Count == 0 ? null : outputs;
    }

    /// <summary>A moment from now up to the limit.</summary>
    public DateTimeOffset Deadline(ref JsonCursor json)
    {
        var text = json.Text("/deadline");
        // The reader also takes dates alone and times without an offset; both would leave the zone to chance.
        var whole = text.Length >= 20 && text[10] == 'T' && text[16] == ':' && (text[^1] == 'Z' || (text[^3] == ':' && text[^6] is '+' or '-'));
        if (!whole || !json.Reader.TryGetDateTimeOffset(out var deadline))
        {
            throw Invalid("/deadline", "The value must be a time by RFC 3339, such as 2030-01-31T12:00:00Z.");
        }

        return deadline > now && deadline <= now + limits.MaxDeadline
            ? deadline
            : throw Invalid("/deadline", $"The deadline must lie ahead, by at most {limits.MaxDeadline.TotalDays} days.");
    }

    /// <summary>Seconds from 1 up to the limit.</summary>
    public int ResultTtl(ref JsonCursor json)
    {
        const string Pointer = "/result_ttl_seconds";
        json.Require(JsonTokenType.Number, Pointer, "a number");
        return json.Reader.TryGetInt32(out var seconds) && seconds >= 1 && seconds <= limits.MaxResultTtl.TotalSeconds
            ? seconds
            : throw Invalid(Pointer, $"The value must be a whole number from 1 to {limits.MaxResultTtl.TotalSeconds}.");
    }

    /// <summary>The caller's labels. They come back in answers and webhooks, so they hold nothing that could break a header or a log line.</summary>
    public IReadOnlyDictionary<string, string> Metadata(ref JsonCursor json)
    {
        const string Pointer = "/metadata";
        json.Require(JsonTokenType.StartObject, Pointer, "an object of strings");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextProperty(names, Pointer, out var name))
        {
            json.Require(JsonTokenType.String, Pointer, "an object of strings");
            metadata[name] = json.Text(Pointer);
            if (metadata.Count > limits.MaxMetadataEntries || name.Length == 0 || !IsLabel(name) || !IsLabel(metadata[name]))
            {
                throw Invalid(Pointer, $"Metadata holds at most {limits.MaxMetadataEntries} entries; names and values have at most {limits.MaxMetadataLength} characters and no control characters.");
            }
        }

        return metadata;
    }

    private static string Output(ref JsonCursor json, string pointer)
    {
        json.Require(JsonTokenType.StartObject, pointer, "an object");
        string? output = null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextProperty(names, pointer, out var name))
        {
            switch (name)
            {
                case "name":
                    output = json.Text($"{pointer}/name");
                    break;
                case "parameters":
                    ParameterReader.Read(ref json, $"{pointer}/parameters");
                    break;
                default:
                    throw new ProblemException("unknown-property", pointer, "A requested output has name and parameters.");
            }
        }

        return output ?? throw new ProblemException("type-mismatch", $"{pointer}/name", "The property is required.");
    }

    private bool IsLabel(string text) => text.Length <= limits.MaxMetadataLength && !text.Any(char.IsControl);

    private static ProblemException Invalid(string pointer, string detail) => new("invalid-option", pointer, detail);
}
