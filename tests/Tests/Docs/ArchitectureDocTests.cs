using System.Reflection;
using System.Text.RegularExpressions;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Docs;

public sealed partial class ArchitectureDocTests
{
    private const string Page = "docs/architecture.md";

    [Fact]
    public void Projects_AgainstProjectFiles_ReferenceWhatTheTableSays()
    {
        var documented = Markdown.Table(Page, "Project | References | Packages of note").Select(row => $"{row[0]}: {row[1]}");
        var actual = Directory.EnumerateFiles(Path.Combine(Markdown.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => $"{Path.GetFileNameWithoutExtension(path)}: {References(File.ReadAllText(path))}");
        Assert.Equal(actual.Order(), documented.Order());
    }

    [Fact]
    public void Keys_AgainstCode_AreAllThere()
    {
        var documented = Markdown.Table(Page, "Key | Type | What | Lives").Select(row => row[0].Trim('`'));
        Assert.Equal(JobKeysByName().Concat(WholeKeys()).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void BrokerNames_AgainstCode_AreAllThere()
    {
        var documented = Markdown.Table(Page, "Name | What").SelectMany(row => Markdown.Code(row[0]));
        string[] actual = [QueueNames.Dead, QueueNames.Parked, QueueNames.Probe, .. Enum.GetValues<JobPriority>().SelectMany(priority => new[] { QueueNames.Run("<model>", priority), QueueNames.Run("<model>:<version>", priority) })];
        Assert.Equal(actual.Order(), documented.Order());
    }

    [Fact]
    public void QueueArguments_AgainstCode_AreThoseOfTheTable()
    {
        var documented = Markdown.Table(Page, "Argument | Value | Why").Select(row => $"{row[0]} {row[1]}");
        Assert.Equal(RabbitMqTopology.QueueArguments.Select(argument => $"`{argument.Key}` `{argument.Value}`").Order(), documented.Order());
    }

    private static string References(string project) =>
        string.Join(", ", ProjectReference().Matches(project).Select(match => match.Groups[1].Value).DefaultIfEmpty("none"));

    private static IEnumerable<string> JobKeysByName() => typeof(JobKeys).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method =>
    {
        var key = method.Invoke(null, [.. method.GetParameters().Select(Placeholder)])!.ToString()!;
        return Hash().Replace(key.Replace("p00<id>", "<id>", StringComparison.Ordinal), "<sha256>");
    });

    private static object Placeholder(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(JobId) ? JobId.Trusted("p00<id>") : parameter.Name == "partition" ? "p00" : $"<{parameter.Name}>";

    /// <summary>Keys that are written out in the source.</summary>
    private static IEnumerable<string> WholeKeys() => Directory.EnumerateFiles(Path.Combine(Markdown.Root, "src/Core"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(path => WholeKey().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/(\w+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hash();

    [GeneratedRegex(@"RedisKey \w+ = ""(qi:[^""]+)""")]
    private static partial Regex WholeKey();
}
