using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace QueueInference.Functional.Http;

/// <summary>Compares JSON with an example of it: the names and the kinds of the values, not the values.</summary>
internal static partial class JsonShape
{
    /// <summary>A job has these at some times and not at others, and the time is up to the worker.</summary>
    private static readonly string[] Passing = ["queue", "timings_ms", "batch_size", "model_sha256"];

    /// <summary>Parses an example, where … stands for anything.</summary>
    public static JsonNode? Parse(string example) => JsonNode.Parse(Anything().Replace(More().Replace(example, ""), "\"…\""));

    /// <summary>What differs; empty when nothing does.</summary>
    public static IEnumerable<string> Differences(JsonNode? example, JsonNode? actual, string place = "") => (example, actual) switch
    {
        (JsonValue value, _) when value.ToString() == "…" => [],
        (JsonObject wanted, JsonObject given) => Names(wanted, given, place)
            .Concat(wanted.Where(property => given.ContainsKey(property.Key)).SelectMany(property => Differences(property.Value, given[property.Key], $"{place}/{property.Key}"))),
        (JsonArray { Count: 0 }, JsonArray) => [],
        (JsonArray wanted, JsonArray given) => given.Count == 0
            ? [$"{place} is empty"]
            : given.SelectMany((element, i) => Differences(wanted[Math.Min(i, wanted.Count - 1)], element, $"{place}/{i}")),
        _ => Kind(example) == Kind(actual) ? [] : [$"{place} is {Kind(actual)}, not {Kind(example)}"],
    };

    private static IEnumerable<string> Names(JsonObject wanted, JsonObject given, string place)
    {
        var names = wanted.Select(property => property.Key).ToHashSet();
        return names.Where(name => !given.ContainsKey(name)).Select(name => $"{place}/{name} is missing")
            .Concat(given.Select(property => property.Key).Except(names).Except(Passing).Select(name => $"{place}/{name} is not in the example"));
    }

    private static string Kind(JsonNode? json) => json?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        { } kind => kind.ToString(),
    };

    [GeneratedRegex(@",\s*…(?=\s*\])")]
    private static partial Regex More();

    [GeneratedRegex(@"(?<=[:\[]\s*)…")]
    private static partial Regex Anything();
}
