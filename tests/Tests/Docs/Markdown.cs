using System.Text.RegularExpressions;

namespace QueueInference.Tests.Docs;

/// <summary>Reads the documents of this repository.</summary>
internal static partial class Markdown
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The rows of every table with this header, such as <c>Setting | Default</c>; the cells as written.</summary>
    public static List<string[]> Table(string path, string header)
    {
        var rows = new List<string[]>();
        var inside = false;
        foreach (var line in File.ReadLines(Path.Combine(Root, path)))
        {
            var cells = Cells(line);
            if (cells.Length == 0)
            {
                inside = false;
            }
            else if (inside && !cells[0].StartsWith("---", StringComparison.Ordinal))
            {
                rows.Add(cells);
            }

            inside |= string.Join(" | ", cells) == header;
        }

        Assert.True(rows.Count > 0, $"{path} has no table '{header}'.");
        return rows;
    }

    /// <summary>The fenced blocks of a language.</summary>
    public static IEnumerable<string> Blocks(string path, string language) =>
        Block().Matches(Read(path)).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value);

    /// <summary>Everything between backticks, in order.</summary>
    public static IEnumerable<string> Code(string text) => Backticks().Matches(text).Select(match => match.Groups[1].Value);

    private static string[] Cells(string line) => line.StartsWith('|') ? [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())] : [];

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "QueueInference.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticks();
}
