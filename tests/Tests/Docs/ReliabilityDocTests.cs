using System.Text.RegularExpressions;

namespace QueueInference.Tests.Docs;

/// <summary>What the page says of faults is what the chaos runner injects, and of invariants what it checks.</summary>
public sealed partial class ReliabilityDocTests
{
    private const string Page = "docs/reliability.md";

    [Fact]
    public void Faults_AgainstTheRunner_AreItsScenarios()
    {
        var documented = Markdown.Table(Page, "Fault | Goal | Scenario | A caller sees | A job | Back after, s").SelectMany(row => Markdown.Code(row[2]));
        Assert.Equal(Matches(Scenario(), "Scenarios").Order(), documented.Order());
    }

    [Fact]
    public void Invariants_AgainstTheChecker_AreThoseItNames()
    {
        var documented = Markdown.Table(Page, " | Invariant").Select(row => row[0]);
        Assert.Equal(Matches(Invariant(), "Checking").Distinct().Order(), documented.Order());
    }

    private static IEnumerable<string> Matches(Regex pattern, string folder) =>
        Directory.EnumerateFiles(Path.Combine(Markdown.Root, "tests", "Chaos", folder), "*.cs")
            .SelectMany(file => pattern.Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)
            .Where(value => value.Length > 0);

    [GeneratedRegex("""(?:new\("[0-9]+", |Alarm\(|Hole\()"([a-z-]+)",""")]
    private static partial Regex Scenario();

    [GeneratedRegex("""(?:Violation\(|NoFault = )"([IF][0-9]*)"[,;]""")]
    private static partial Regex Invariant();
}
