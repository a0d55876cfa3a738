using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class ModelSettingsReaderTests : IDisposable
{
    private readonly TemporaryRepository files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Read_MissingFile_IsDefaults() => AssertDefaults(ModelSettingsReader.Read(Path.Combine(files.Root, "none.json")));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"batching":{},"versions":{}}""")]
    [InlineData("""{"batching":{"max_batch_size":"auto"},"execution_providers":null}""")]
    public void Read_NothingSaid_IsDefaults(string text) => AssertDefaults(Read(text));

    [Fact]
    public void Read_EverythingSaid_IsRead()
    {
        var settings = Read("""
            { "batching": { "max_batch_size": 64 }, "versions": { "policy": "all", "count": 2 },
              "max_attempts": 5, "execution_providers": ["tensorrt", "cuda"] }
            """);

        Assert.Equal(64, settings.Batching.EffectiveMaxBatchSize(["cpu"]));
        Assert.Equal(VersionPolicy.All, settings.Versions.EffectivePolicy);
        Assert.Equal(2, settings.Versions.Count);
        Assert.Equal(5, settings.MaxAttempts);
        Assert.Equal(["tensorrt", "cuda"], settings.ExecutionProviders!);
    }

    [Theory]
    [InlineData("""{"batching":{"max_batchsize":8}}""", "'batching.max_batchsize' is not a known property.")]
    [InlineData("""{"Max_Attempts":8}""", "'Max_Attempts' is not a known property.")]
    [InlineData("""{"batching":{"max_batch_size":0}}""", "'batching.max_batch_size' must be \"auto\" or 1 to 1024.")]
    [InlineData("""{"batching":{"max_batch_size":1025}}""", "'batching.max_batch_size' must be \"auto\" or 1 to 1024.")]
    [InlineData("""{"batching":{"max_batch_size":"8"}}""", "'batching.max_batch_size' has a wrong value")]
    [InlineData("""{"batching":{"max_batch_size":null}}""", "'batching.max_batch_size' has a wrong value")]
    [InlineData("""{"batching":{"max_batch_size":1.5}}""", "'batching.max_batch_size' has a wrong value")]
    [InlineData("""{"batching":null}""", "'batching' has a wrong value")]
    [InlineData("""{"max_attempts":11}""", "'max_attempts' must be 2 to 10.")]
    [InlineData("""{"max_attempts":2,"max_attempts":3}""", "max_attempts")]
    [InlineData("""{"versions":{"policy":"newest"}}""", "'versions.policy' has a wrong value")]
    [InlineData("""{"versions":{"policy":1}}""", "'versions.policy' has a wrong value")]
    [InlineData("""{"versions":{"count":0}}""", "'versions.count' must be 1 or more.")]
    [InlineData("""{"versions":{"policy":"list"}}""", "'versions.list' must name one or more versions.")]
    [InlineData("""{"versions":{"list":[]}}""", "'versions.list' must name one or more versions.")]
    [InlineData("""{"versions":{"policy":"latest","list":[1]}}""", "'versions.list' needs 'versions.policy' to be \"list\".")]
    [InlineData("""{"execution_providers":[]}""", "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".")]
    [InlineData("""{"execution_providers":["CUDA"]}""", "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".")]
    [InlineData("""{"execution_providers":[null]}""", "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".")]
    [InlineData("null", "an object is expected.")]
    [InlineData("{", "")]
    [InlineData("", "")]
    public void Read_Wrong_NamesFileAndProperty(string text, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(text));

        Assert.StartsWith(Path.Combine(files.Root, "model.json") + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static void AssertDefaults(ModelSettings settings)
    {
        Assert.Equal(16, settings.Batching.EffectiveMaxBatchSize(["cpu"]));
        Assert.Equal(32, settings.Batching.EffectiveMaxBatchSize(["cuda", "cpu"]));
        Assert.Equal(VersionPolicy.Latest, settings.Versions.EffectivePolicy);
        Assert.Equal(1, settings.Versions.Count);
        Assert.Equal(3, settings.MaxAttempts);
        Assert.Null(settings.ExecutionProviders);
    }

    private ModelSettings Read(string text)
    {
        files.AddText("model.json", text);
        return ModelSettingsReader.Read(Path.Combine(files.Root, "model.json"));
    }
}
