using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class ProviderFaultsTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    [InlineData("tensorrt", "cuda", "cpu")]
    public void Of_List_IsFine(params string[] providers) => Assert.Empty(Faults(providers));

    [Fact]
    public void Of_OptionsOfListedProviders_AreFine() => Assert.Empty(Faults(["tensorrt", "cuda"],
        ("tensorrt", "device_id", "1"), ("tensorrt", "trt_engine_cache_enable", "1"), ("cuda", "device_id", "1"), ("cuda", "anything", "at all")));

    [Fact]
    public void Of_SeveralFaults_NamesThemAll() => Assert.Equal(
        [
            "The execution provider 'gpu' is not known; use tensorrt, cuda or cpu.",
            "The execution provider 'CUDA' is not known; use tensorrt, cuda or cpu.",
            "There are options for the execution provider 'tensorrt', which is not in the list.",
            "The execution provider cpu takes no options.",
        ],
        Faults(["gpu", "CUDA", "cpu"], ("tensorrt", "x", "1"), ("cpu", "use_arena", "0")));

    [Fact]
    public void Of_CpuBeforeAGpu_IsAFault() =>
        Assert.Equal(["The execution provider cpu can only be the last of the list."], Faults(["cpu", "cuda"]));

    [Theory]
    [InlineData]
    [InlineData("cuda", "cuda")]
    public void Of_EmptyOrTwice_IsAFault(params string[] providers) =>
        Assert.Equal(["The list of execution providers is empty or names one twice."], Faults(providers));

    [Theory]
    [InlineData("-1")]
    [InlineData("one")]
    [InlineData("")]
    public void Of_DeviceIdThatIsNoNumber_IsAFault(string id) =>
        Assert.Equal(["The device_id of cuda must be 0 or more."], Faults(["cuda"], ("cuda", "device_id", id)));

    [Fact]
    public void Of_TwoDevices_IsAFault() => Assert.Equal(
        ["The device_id of tensorrt and cuda must be the same: a model runs on one GPU."], Faults(["tensorrt", "cuda"], ("tensorrt", "device_id", "1")));

    private static IReadOnlyList<string> Faults(string[] providers, params (string, string, string)[] options) =>
        ProviderFaults.Of(new() { ExecutionProviders = providers, ProviderOptions = TestProviders.Options(options) });
}
