using System.Text.Json;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>Reads the protocol's <c>parameters</c>: clients send many, and all but <c>binary_data_size</c> are accepted and ignored.</summary>
internal static class ParameterReader
{
    /// <summary>Reads the object and returns its <c>binary_data_size</c>, if any.</summary>
    public static int? Read(ref JsonCursor json, string pointer)
    {
        int? size = null;
        if (json.Kind == JsonTokenType.Null)
        {
            return size;
        }

        json.Require(JsonTokenType.StartObject, pointer, "an object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextProperty(names, pointer, out var name))
        {
            if (json.Kind is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
            {
                throw JsonCursor.Wrong(pointer, "an object of strings, numbers and booleans");
            }

            size = name == "binary_data_size" ? Size(ref json, $"{pointer}/binary_data_size") : size;
        }

        return size;
    }

    private static int Size(ref JsonCursor json, string pointer)
    {
        json.Require(JsonTokenType.Number, pointer, "a number of bytes");
        return json.Reader.TryGetInt32(out var size) && size >= 0
            ? size
            : throw new ProblemException("shape-data-mismatch", pointer, "The value must be the number of bytes that follow the JSON.");
    }
}
