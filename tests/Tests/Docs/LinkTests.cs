using System.Text.RegularExpressions;

namespace QueueInference.Tests.Docs;

public sealed partial class LinkTests
{
    /// <summary>Pages that are written elsewhere and may come later.</summary>
    public static TheoryData<string> Pages() => [.. Directory.EnumerateFiles(Path.Combine(Markdown.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Markdown.Root, path)), "README.md", "CHANGELOG.md", "CONTRIBUTING.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void RelativeLinks_OfAPage_LeadToFilesAndHeadings(string page)
    {
        var links = Link().Matches(Markdown.Read(page)).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));
        Assert.DoesNotContain(links, link => !Leads(page, link));
    }

    private static bool Leads(string page, string link)
    {
        var (path, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, "");
        var target = path.Length == 0 ? page : Path.GetRelativePath(Markdown.Root, Path.Combine(Markdown.Root, Path.GetDirectoryName(page)!, path));
        return Directory.Exists(Path.Combine(Markdown.Root, target))
            || (File.Exists(Path.Combine(Markdown.Root, target)) && (anchor.Length == 0 || Anchors(target).Contains(anchor)));
    }

    private static IEnumerable<string> Anchors(string page) => Heading().Matches(Markdown.Read(page))
        .Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
