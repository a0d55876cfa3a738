using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class CpuVariantsTests
{
    [Fact]
    public void Of_ThreadsGiven_IsThatAlone()
    {
        var options = new InferenceOptions { IntraOpThreads = 2 };

        Assert.Same(options, Assert.Single(CpuVariants.Of(options)));
    }

    [Fact]
    public void Of_ThreadsLeftOpen_TriesAllCoresAndOne() =>
        Assert.Equal(new[] { CpuLimit.Cores, 1 }.Distinct(), CpuVariants.Of(new InferenceOptions()).Select(variant => variant.EffectiveThreads));

    [Fact]
    public void Of_Gpu_IsThatAlone() => Assert.Single(CpuVariants.Of(new InferenceOptions { ExecutionProviders = ["cuda"] }));
}
