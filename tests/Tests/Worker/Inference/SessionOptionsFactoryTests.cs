using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class SessionOptionsFactoryTests
{
    [Theory]
    [InlineData("cuda")]
    [InlineData("tensorrt")]
    public void Create_GpuProviderInCpuBuild_ThrowsEvenWithCpuListed(string provider)
    {
        var options = new InferenceOptions { ExecutionProviders = [provider, "cpu"] };

        var error = Assert.Throws<InvalidOperationException>(() => SessionOptionsFactory.Create(options));

        Assert.Contains($"'{provider}' is not part of this build", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_UnknownProvider_Throws()
    {
        var error = Assert.Throws<InvalidOperationException>(() => SessionOptionsFactory.Create(new() { ExecutionProviders = ["gpu"] }));

        Assert.Equal("The execution provider 'gpu' is not known; use cpu, cuda or tensorrt.", error.Message);
    }
}
