using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class ModelRepositoryTests : IDisposable
{
    private readonly TemporaryRepository files = new();
    private readonly RecordingLogger<ModelRepository> logger = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Scan_BareModel_IsFoundWithDefaults()
    {
        files.Add("digits", "1");

        var found = Assert.Single(Scan());

        Assert.Equal(("digits", 1), (found.Model, found.Version));
        Assert.True(File.Exists(found.Path));
        Assert.Equal(3, found.Settings.MaxAttempts);
        Assert.Empty(logger.Entries);
    }

    [Fact]
    public void Scan_MissingRoot_ThrowsWithAdvice()
    {
        var missing = new ModelRepository(Path.Combine(files.Root, "nowhere"), logger);

        var error = Assert.Throws<DirectoryNotFoundException>(missing.Scan);

        Assert.Contains("Create it (or mount it) with one folder for each model: <model>/<version>/model.onnx.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", new[] { 10 })]
    [InlineData("""{"versions":{"policy":"latest","count":2}}""", new[] { 9, 10 })]
    [InlineData("""{"versions":{"count":9}}""", new[] { 2, 9, 10 })]
    [InlineData("""{"versions":{"policy":"all"}}""", new[] { 2, 9, 10 })]
    [InlineData("""{"versions":{"policy":"list","list":[9,2]}}""", new[] { 2, 9 })]
    [InlineData("""{"versions":{"list":[2]}}""", new[] { 2 })]
    public void Scan_Policy_ChoosesVersions(string settings, int[] expected)
    {
        files.Add("m", "10").Add("m", "9").Add("m", "2").AddText("m/model.json", settings);

        Assert.Equal(expected, Scan().Select(found => found.Version));
        Assert.Empty(logger.Entries);
    }

    [Fact]
    public void Scan_OtherFilesAndFolders_AreIgnoredSilently()
    {
        files.Add("m", "3").Add("m", "samples").Add("m", "04").Add("m", "0").Add("m", "-1").Add("m", "+5").Add("m", "99999999999")
            .AddText("README.md", "").AddText("m/train.py", "").AddText("m/7/weights.bin", "");

        Assert.Equal(3, Assert.Single(Scan()).Version);
        Assert.Empty(logger.Entries);
    }

    [Theory]
    [InlineData(".hidden")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Scan_BadName_IsSkippedWithAWarning(string name)
    {
        files.Add(name, "1").Add("Ok-1_2.3", "1");

        Assert.Equal("Ok-1_2.3", Assert.Single(Scan()).Model);
        Assert.Equal(["NameSkipped"], logger.Events);
    }

    [Fact]
    public void Scan_BadSettings_SkipsThatModelOnly()
    {
        files.Add("a", "1").AddText("a/model.json", """{"max_atempts":2}""").Add("b", "1");

        Assert.Equal("b", Assert.Single(Scan()).Model);
        var entry = Assert.Single(logger.Entries);
        Assert.Equal("ModelSkipped", entry.Event);
        Assert.Contains(Path.Combine(files.Root, "a", "model.json") + ": 'max_atempts' is not a known property.", entry.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_ListedVersionMissing_Warns()
    {
        files.Add("m", "1").AddText("m/model.json", """{"versions":{"list":[1,5]}}""");

        Assert.Equal(1, Assert.Single(Scan()).Version);
        Assert.Equal(["VersionMissing"], logger.Events);
    }

    [Fact]
    public void Scan_FolderWithoutVersion_Warns()
    {
        files.AddText("m/notes.txt", "");

        Assert.Empty(Scan());
        Assert.Equal(["NoVersions"], logger.Events);
    }

    private IReadOnlyList<FoundVersion> Scan() => RolloutPlan.Of(new ModelRepository(files.Root, logger).Scan(), [], []).Load;
}
