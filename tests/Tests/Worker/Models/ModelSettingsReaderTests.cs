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
            { "batching": { "max_batch_size": 24, "sequence_buckets": [32, 64], "sequence_axis": "sequence", "sequence_padding": { "input_ids": 1 } },
              "versions": { "policy": "all", "count": 2 }, "warmup": [ { "x": [1, 3] } ],
              "max_attempts": 5, "timeout_ms": 1000, "finite_inputs": true, "finite_outputs": true,
              "execution_providers": ["tensorrt", "cuda"], "provider_options": { "cuda": { "use_tf32": 0, "gpu_mem_limit": "2147483648" } } }
            """);

        Assert.Equal(24, settings.Batching.MostRows("cuda:0"));
        Assert.Equal([32, 64], settings.Batching.SequenceBuckets!);
        Assert.Equal("sequence", settings.Batching.SequenceAxis);
        Assert.Equal(1, settings.Batching.SequencePadding!["input_ids"]);
        Assert.Equal([1, 3], Assert.Single(settings.Warmup!)["x"]);
        Assert.Equal((1000, true, true), (settings.TimeoutMs, settings.FiniteInputs, settings.FiniteOutputs));
        Assert.Equal(new Dictionary<string, string> { ["use_tf32"] = "0", ["gpu_mem_limit"] = "2147483648" }, settings.ProviderOptions!["cuda"]);
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
    [InlineData("""{"rollout":{"shadow_jobs":0}}""", "'rollout.shadow_jobs' must be 1 to 1000000.")]
    [InlineData("""{"rollout":{"canary_percents":[25,5]}}""", "'rollout.canary_percents' must list percents that ascend, 1 to 100.")]
    [InlineData("""{"rollout":{"canary_percents":[101]}}""", "'rollout.canary_percents' must list percents that ascend, 1 to 100.")]
    [InlineData("""{"rollout":{"canary_seconds":-1}}""", "'rollout.canary_seconds' must be 0 to 1000000.")]
    [InlineData("""{"rollout":{"min_agreement":95}}""", "'rollout.min_agreement' must be 0 to 1.")]
    [InlineData("""{"rollout":{"max_error_rate":-1}}""", "'rollout.max_error_rate' must be 0 to 1.")]
    [InlineData("""{"rollout":{"max_drift":0}}""", "'rollout.max_drift' must be more than 0.")]
    [InlineData("""{"rollout":{"max_latency_ratio":0}}""", "'rollout.max_latency_ratio' must be more than 0.")]
    [InlineData("""{"rollout":{"tolerance":-1}}""", "'rollout.tolerance' must be 0 or more.")]
    [InlineData("""{"rollout":{},"versions":{"default":1}}""", "'rollout' and 'versions.default' exclude each other.")]
    [InlineData("""{"versions":{"count":0}}""", "'versions.count' must be 1 or more.")]
    [InlineData("""{"versions":{"policy":"list"}}""", "'versions.list' must name one or more versions.")]
    [InlineData("""{"versions":{"list":[]}}""", "'versions.list' must name one or more versions.")]
    [InlineData("""{"versions":{"policy":"latest","list":[1]}}""", "'versions.list' needs 'versions.policy' to be \"list\".")]
    [InlineData("""{"execution_providers":[]}""", "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".")]
    [InlineData("""{"execution_providers":["CUDA"]}""", "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".")]
    [InlineData("""{"execution_providers":[null]}""", "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".")]
    [InlineData("""{"batching":{"sequence_axis":"s"}}""", "'batching.sequence_axis' needs 'batching.sequence_buckets'.")]
    [InlineData("""{"batching":{"sequence_padding":{}}}""", "'batching.sequence_padding' needs 'batching.sequence_buckets'.")]
    [InlineData("""{"batching":{"sequence_buckets":[]}}""", "'batching.sequence_buckets' must list one or more lengths that ascend.")]
    [InlineData("""{"batching":{"sequence_buckets":[0,1]}}""", "'batching.sequence_buckets' must list one or more lengths that ascend.")]
    [InlineData("""{"batching":{"sequence_buckets":[4,4]}}""", "'batching.sequence_buckets' must list one or more lengths that ascend.")]
    [InlineData("""{"batching":{"sequence_buckets":[1],"sequence_padding":{"x":"1"}}}""", "'batching.sequence_padding.x' has a wrong value")]
    [InlineData("""{"warmup":[null]}""", "'warmup' must list objects of input names and shapes, whose dimensions are 1 or more.")]
    [InlineData("""{"warmup":[{"x":[-1,3]}]}""", "'warmup' must list objects of input names and shapes, whose dimensions are 1 or more.")]
    [InlineData("""{"warmup":[{"x":null}]}""", "'warmup' must list objects of input names and shapes, whose dimensions are 1 or more.")]
    [InlineData("""{"timeout_ms":99}""", "'timeout_ms' must be 100 to 600000.")]
    [InlineData("""{"timeout_ms":600001}""", "'timeout_ms' must be 100 to 600000.")]
    [InlineData("""{"finite_inputs":1}""", "'finite_inputs' has a wrong value")]
    [InlineData("""{"provider_options":{"rocm":{}}}""", "'provider_options' must name \"cpu\", \"cuda\" or \"tensorrt\".")]
    [InlineData("""{"provider_options":{"cuda":{"a":true}}}""", "'provider_options")]
    [InlineData("""{"provider_options":{"cuda":{"a":1,"a":2}}}""", "'provider_options")]
    [InlineData("""{"provider_options":{"cuda":[1]}}""", "'provider_options")]
    [InlineData("""{"provider_options":[]}""", "'provider_options' has a wrong value")]
    [InlineData("""{"provider_options":5}""", "'provider_options' has a wrong value")]
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
        Assert.Equal((64, 256), (settings.Batching.MostRows("cpu"), settings.Batching.MostRows("cuda:0")));
        Assert.Null(settings.Batching.SequenceBuckets);
        Assert.Null(settings.Warmup);
        Assert.Equal((30_000, false, false), (settings.TimeoutMs, settings.FiniteInputs, settings.FiniteOutputs));
        Assert.Null(settings.ProviderOptions);
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
