using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class CudaVariantsTests
{
    [Fact]
    public void Of_CudaFirst_TriesEachSearchAndKeepsTheRest()
    {
        var options = new InferenceOptions { ExecutionProviders = ["cuda", "cpu"], ProviderOptions = TestProviders.Options(("cuda", "device_id", "1")) };

        var variants = CudaVariants.Of(options);

        Assert.Equal(["HEURISTIC", "EXHAUSTIVE", "DEFAULT"], variants.Select(variant => variant.ProviderOptions["cuda"]["cudnn_conv_algo_search"]));
        Assert.All(variants, variant => Assert.Equal("cuda:1", variant.Device));
    }

    [Fact]
    public void Of_Chosen_IsThatAlone()
    {
        var options = new InferenceOptions
        {
            ExecutionProviders = ["cuda"],
            ProviderOptions = TestProviders.Options(("cuda", "cudnn_conv_algo_search", "DEFAULT")),
        };

        Assert.Same(options, Assert.Single(CudaVariants.Of(options)));
    }

    [Fact]
    public void Of_AnotherFirst_IsThatAlone()
    {
        var options = new InferenceOptions { ExecutionProviders = ["tensorrt", "cuda", "cpu"] };

        Assert.Same(options, Assert.Single(((IModelRunnerFactory)new OnnxModelRunnerFactory()).Variants(options)));
    }
}
