using QueueInference.Worker.Models.Sources;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class PullPlanTests
{
    private static readonly DateTime Then = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Of_NothingHere_FetchesAll()
    {
        var plan = PullPlan.Of([File("m/model.json"), File("m/1/model.onnx"), File("m/1/weights/a.bin"), File("m/2/model.onnx")], []);

        Assert.Equal(["m/1", "m/2"], plan.Versions.Select(version => version.Key));
        Assert.Equal(2, plan.Versions[0].Count());
        Assert.Equal("m/model.json", Assert.Single(plan.Settings).Path);
    }

    [Fact]
    public void Of_TheSameHere_DoesNothing() => AssertNothing(PullPlan.Of([File("m/1/model.onnx")], [File("m/1/model.onnx")]));

    [Fact]
    public void Of_OtherSizeOrTime_MakesTheWholeVersionAnew()
    {
        RemoteFile[] here = [File("m/1/model.onnx"), File("m/1/w.bin"), File("m/2/model.onnx")];

        Assert.Equal("m/1", Assert.Single(PullPlan.Of([here[0], here[1] with { Bytes = 2 }, here[2]], here).Versions).Key);
        Assert.Equal(2, Assert.Single(PullPlan.Of([here[0], here[1] with { ModifiedAt = Then.AddSeconds(1) }, here[2]], here).Versions).Count());
    }

    [Fact]
    public void Of_VersionThatIsGone_IsRemoved()
    {
        var plan = PullPlan.Of([File("m/1/model.onnx")], [File("m/1/model.onnx"), File("m/2/model.onnx")]);

        Assert.Equal(["m/2/model.onnx"], plan.Gone);
        Assert.Empty(plan.Versions);
    }

    /// <summary>A wrong prefix, or a bucket that was emptied by mistake.</summary>
    [Fact]
    public void Of_NothingThere_ChangesNothing() => AssertNothing(PullPlan.Of([], [File("m/1/model.onnx")]));

    [Theory]
    [InlineData("../m/1/model.onnx")]
    [InlineData("m/../../etc/passwd")]
    [InlineData("m/1/../../x.onnx")]
    [InlineData("/m/1/model.onnx")]
    [InlineData("m/1/.hidden")]
    [InlineData(".staging/1/model.onnx")]
    [InlineData("m/1/a\\b")]
    [InlineData("m/notes.txt")]
    [InlineData("m/1/")]
    [InlineData("model.json")]
    public void Of_FileThatBelongsToNoModel_IsLeftThere(string path) => AssertNothing(PullPlan.Of([File(path)], []));

    [Theory]
    [InlineData("s3://bucket", "bucket", "")]
    [InlineData("s3://bucket/", "bucket", "")]
    [InlineData("s3://bucket/a/b", "bucket", "a/b/")]
    [InlineData("s3://bucket/a/b/", "bucket", "a/b/")]
    public void Parse_Address_HasBucketAndPrefix(string text, string bucket, string prefix) => Assert.Equal(new S3Address(bucket, prefix), S3Address.Parse(text));

    [Theory]
    [InlineData("models")]
    [InlineData("s3://")]
    [InlineData("s3:///a")]
    public void Parse_SomethingElse_IsNone(string text) => Assert.Null(S3Address.Parse(text));

    [Fact]
    public async Task PullFolder_TwoProcesses_HaveAFolderEach()
    {
        var below = Directory.CreateTempSubdirectory("qi-pull-").FullName;
        string first;
        using (var one = PullFolder.Take(below, "a"))
        using (var other = PullFolder.Take(below, "a"))
        {
            Assert.NotEqual(one.Root, other.Root);
            first = one.Root;
            await one.PutAsync(File("m/model.json"), target => System.IO.File.WriteAllTextAsync(target, "x", TestContext.Current.CancellationToken));
        }

        using var again = PullFolder.Take(below, "a");
        Assert.Equal(first, again.Root);
        Assert.Equal([File("m/model.json")], again.Files());
        again.Remove(["m/model.json"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(again.Root));
        Directory.Delete(below, recursive: true);
    }

    private static RemoteFile File(string path) => new(path, 1, Then);

    private static void AssertNothing(PullPlan plan) => Assert.Equal((0, 0, 0), (plan.Versions.Count, plan.Settings.Count, plan.Gone.Count));
}
