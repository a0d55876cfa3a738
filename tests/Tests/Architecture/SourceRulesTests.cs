using System.Reflection;
using System.Text.RegularExpressions;
using QueueInference.Api;
using QueueInference.Worker;
using Xunit;

namespace QueueInference.Tests.Architecture;

/// <summary>Rules that the source keeps and the compiler does not.</summary>
public sealed class SourceRulesTests
{
    private const int MostLines = 350;

    private static readonly Dictionary<string, string> PublicInApi = new()
    {
        ["Program"] = "the entry point, which the web SDK makes public",
        ["QueueInference.Api.ApiRegistration"] = "the public verb",
        ["QueueInference.Api.Hosting.ApiOptions"] = "configured by hosts",
    };

    private static readonly Dictionary<string, string> PublicInWorker = new()
    {
        ["Program"] = "the entry point, which the web SDK makes public",
        ["QueueInference.Worker.WorkerRegistration"] = "the public verb",
        ["QueueInference.Worker.WorkerReady"] = "Standalone greets only when its models are loaded",
        ["QueueInference.Worker.Hosting.WorkerOptions"] = "configured by hosts",
    };

    [Fact]
    public void PublicTypes_OfApi_AreOnTheList() => Assert.Empty(Unlisted(typeof(ApiRegistration).Assembly, PublicInApi));

    [Fact]
    public void PublicTypes_OfWorker_AreOnTheList() => Assert.Empty(Unlisted(typeof(WorkerRegistration).Assembly, PublicInWorker));

    [Theory]
    [InlineData("MassTransit", "src/Core/Messaging/")]
    [InlineData("Microsoft.ML.OnnxRuntime", "src/Worker/Inference/")]
    [InlineData("Garnet", "src/Standalone/")]
    [InlineData("Amazon", "src/Core/Payloads/")]
    public void Namespace_OfALibrary_IsUsedInItsFolderOnly(string library, string folder)
    {
        // A using, an alias or a full name; not a comment, and not a longer name such as MassTransitJobBus.
        var use = new Regex($@"^(?!\s*//).*(?<![\w.]){Regex.Escape(library)}[.;]");
        var strangers = Repository.Sources.Where(source => !source.Key.StartsWith(folder, StringComparison.Ordinal) && source.Value.Any(use.IsMatch));

        Assert.Empty(strangers.Select(source => source.Key));
        Assert.Contains(Repository.Sources, source => source.Key.StartsWith(folder, StringComparison.Ordinal) && source.Value.Any(use.IsMatch));
    }

    [Fact]
    public void Files_UnderSrc_AreShort() =>
        Assert.Empty(Repository.Sources.Where(source => source.Value.Length > MostLines).Select(source => $"{source.Key}: {source.Value.Length} lines"));

    [Fact]
    public void WallClock_InAnyProject_IsBanned()
    {
        var banned = Repository.Text("BannedSymbols.txt");

        Assert.All(["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow"],
            symbol => Assert.Contains($"P:System.{symbol};", banned, StringComparison.Ordinal));
        Assert.Contains("BannedSymbols.txt", Repository.Text("Directory.Build.props"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Unlisted(Assembly assembly, Dictionary<string, string> listed) =>
        assembly.GetExportedTypes().Select(type => type.FullName!).Except(listed.Keys);
}
