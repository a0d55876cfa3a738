using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class ProviderOptionsTests
{
    [Fact]
    public void Given_NothingConfigured_IsOurDefaultsForCudaAndNothingElse()
    {
        Assert.Equal(("HEURISTIC", "kSameAsRequested"), Two(ProviderOptions.Given("cuda", ProviderOptions.None)));
        Assert.Empty(ProviderOptions.Given("tensorrt", ProviderOptions.None));
    }

    [Fact]
    public void Given_Configured_WinsAndPassesThrough()
    {
        var given = ProviderOptions.Given("cuda", TestProviders.Options(("cuda", "cudnn_conv_algo_search", "DEFAULT"), ("cuda", "gpu_mem_limit", "1000")));

        Assert.Equal(("DEFAULT", "kSameAsRequested"), Two(given));
        Assert.Equal("1000", given["gpu_mem_limit"]);
    }

    [Fact]
    public void Overlay_SameOption_TakesTheUpper()
    {
        var both = ProviderOptions.Overlay(
            TestProviders.Options(("cuda", "a", "1"), ("cuda", "b", "1"), ("tensorrt", "c", "1")), TestProviders.Options(("cuda", "b", "2")));

        Assert.Equal([("cuda", "a", "1"), ("cuda", "b", "2"), ("tensorrt", "c", "1")],
            both.SelectMany(provider => provider.Value.Select(option => (provider.Key, option.Key, option.Value))));
    }

    private static (string, string) Two(Dictionary<string, string> given) => (given["cudnn_conv_algo_search"], given["arena_extend_strategy"]);
}
