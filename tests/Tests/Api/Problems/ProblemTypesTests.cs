using System.Text.RegularExpressions;
using QueueInference.Api.Problems;
using Xunit;

namespace QueueInference.Tests.Api.Problems;

public sealed partial class ProblemTypesTests
{
    [Fact]
    public void All_ComparedWithThePage_HasTheSameSlugsAndStatuses()
    {
        var page = Section().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "problems.md")))
            .Select(match => (match.Groups[1].Value, int.Parse(match.Groups[2].Value, null), match.Groups[3].Value));

        Assert.Equal(ProblemTypes.All.Select(type => (type.Slug, type.Status, type.Title)), page);
    }

    [Fact]
    public void All_Slugs_AreUnique() => Assert.Distinct(ProblemTypes.All.Select(type => type.Slug));

    [Fact]
    public void Get_UnknownSlug_Throws() => Assert.Throws<KeyNotFoundException>(() => new Problem("no-such-thing", ""));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "QueueInference.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^### (\S+)\n\n\*\*(\d+)\*\* ([^.]+)\.", RegexOptions.Multiline)]
    private static partial Regex Section();
}
