using System.Globalization;
using System.Text.RegularExpressions;

namespace QueueInference.Functional.Http;

/// <summary>One request of a page and the answer that it shows.</summary>
/// <param name="Line">Where the request begins.</param>
/// <param name="Request">Method and path, headers, an empty line, the body.</param>
/// <param name="Status">The status; null where the page shows the body of a success only.</param>
/// <param name="Headers">The headers shown.</param>
/// <param name="Body">The body shown, or nothing.</param>
internal sealed partial record DocExample(int Line, string Request, int? Status, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    /// <summary>The examples of a page, in order: each is a block of http followed by one of http or json.</summary>
    public static IEnumerable<DocExample> Read(string page)
    {
        var blocks = Block().Matches(page).ToList();
        Assert.True(blocks.Count % 2 == 0, "A request has no answer.");
        return blocks.Chunk(2).Select(pair =>
        {
            var line = page.AsSpan(0, pair[0].Index).Count('\n') + 1;
            Assert.True(pair[0].Groups["language"].Value == "http", $"Line {line} must begin a request.");
            return Answer(line, pair[0].Groups["text"].Value, pair[1]);
        });
    }

    /// <summary>Splits into the first line, the headers and the body.</summary>
    public static (string First, (string Name, string Value)[] Headers, string Body) Split(string text)
    {
        var parts = text.Split("\n\n", 2);
        var lines = parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (lines[0], [.. lines.Skip(1).Select(line => line.Split(": ", 2)).Select(header => (header[0], header[1]))], parts.ElementAtOrDefault(1) ?? "");
    }

    private static DocExample Answer(int line, string request, Match answer)
    {
        var text = answer.Groups["text"].Value;
        if (answer.Groups["language"].Value == "json")
        {
            return new DocExample(line, request, null, [], text);
        }

        var (first, headers, body) = Split(text);
        Assert.StartsWith("HTTP/1.1 ", first, StringComparison.Ordinal);
        return new DocExample(line, request, int.Parse(first.Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    [GeneratedRegex("^```(?<language>http|json)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
