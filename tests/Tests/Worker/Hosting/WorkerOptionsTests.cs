using Microsoft.Extensions.Configuration;
using QueueInference.Worker;
using QueueInference.Worker.Hosting;
using Xunit;

namespace QueueInference.Tests.Worker.Hosting;

public sealed class WorkerOptionsTests
{
    private static readonly string Folder = AppContext.BaseDirectory;

    [Fact]
    public void ProviderOptions_FromConfiguration_ReachTheSessionsAsWritten()
    {
        var options = Read(("ExecutionProviders:0", "cuda"), ("ProviderOptions:cuda:device_id", "1"), ("ProviderOptions:cuda:gpu_mem_limit", "1000"));

        var inference = WorkerRegistration.Inference(options);

        Assert.Empty(Faults(options));
        Assert.Equal("cuda:1", inference.Device);
        Assert.Equal("1000", inference.ProviderOptions["cuda"]["gpu_mem_limit"]);
    }

    [Fact]
    public void IntraOpSpinning_Default_IsOff()
    {
        Assert.False(WorkerRegistration.Inference(Read()).IntraOpSpinning);
        Assert.True(WorkerRegistration.Inference(Read(("IntraOpSpinning", "true"))).IntraOpSpinning);
    }

    [Fact]
    public void Validate_SeveralFaults_NamesThemAll() => Assert.Equal(
        [
            "The execution provider 'gpu' is not known; use tensorrt, cuda or cpu.",
            "There are options for the execution provider 'cuda', which is not in the list.",
        ],
        Faults(Read(("ExecutionProviders:0", "gpu"), ("ProviderOptions:cuda:device_id", "1"))));

    [Fact]
    public void Validate_Default_IsFine() => Assert.Empty(Faults(Read()));

    private static IEnumerable<string> Faults(WorkerOptions options) => new WorkerOptionsValidator().Validate(null, options).Failures ?? [];

    private static WorkerOptions Read(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Append(("Models", Folder)).ToDictionary(setting => "Worker:" + setting.Item1, setting => (string?)setting.Item2))
        .Build().GetSection(WorkerOptions.SectionName).Get<WorkerOptions>()!;
}
