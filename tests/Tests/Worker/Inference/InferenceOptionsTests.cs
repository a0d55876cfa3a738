using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class InferenceOptionsTests
{
    private static readonly InferenceOptions TwoGpus = new()
    {
        ExecutionProviders = ["cuda", "cpu"],
        ProviderOptions = TestProviders.Options(("cuda", "device_id", "1"), ("cuda", "gpu_mem_limit", "1000")),
    };

    [Fact]
    public void EffectiveThreads_Default_IsCoresOnCpuAndOneOnGpu()
    {
        Assert.Equal(CpuLimit.Cores, new InferenceOptions().EffectiveThreads);
        Assert.Equal(1, new InferenceOptions { ExecutionProviders = ["cuda", "cpu"] }.EffectiveThreads);
        Assert.Equal(3, new InferenceOptions { IntraOpThreads = 3 }.EffectiveThreads);
    }

    [Fact]
    public void Device_IsThatOfTheFirstProvider()
    {
        Assert.Equal("cpu", new InferenceOptions().Device);
        Assert.Equal("cuda:0", new InferenceOptions { ExecutionProviders = ["tensorrt", "cuda"] }.Device);
        Assert.Equal("cuda:1", TwoGpus.Device);
    }

    [Fact]
    public void For_NothingOfItsOwn_IsTheSame()
    {
        var same = TwoGpus.For(null, null);

        Assert.Equal(TwoGpus.ExecutionProviders, same.ExecutionProviders);
        Assert.Equal(TwoGpus.ProviderOptions["cuda"], same.ProviderOptions["cuda"]);
    }

    [Fact]
    public void For_OwnOption_ReplacesThatOneAlone()
    {
        var merged = TwoGpus.For(null, TestProviders.Options(("cuda", "gpu_mem_limit", "5")));

        Assert.Equal("cuda:1", merged.Device);
        Assert.Equal("5", merged.ProviderOptions["cuda"]["gpu_mem_limit"]);
    }

    [Fact]
    public void For_OwnListWithoutAProvider_ForgetsItsOptions()
    {
        var merged = TwoGpus.For(["cpu"], null);

        Assert.Equal("cpu", merged.Device);
        Assert.Empty(merged.ProviderOptions);
    }

    [Fact]
    public void For_OptionsOfAnUnlistedProvider_Throws()
    {
        var error = Assert.Throws<InvalidDataException>(() => TwoGpus.For(["cpu"], TestProviders.Options(("cuda", "device_id", "0"))));

        Assert.Equal("There are options for the execution provider 'cuda', which is not in the list.", error.Message);
    }
}
