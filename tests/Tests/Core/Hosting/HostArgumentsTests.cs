using QueueInference.Core.Hosting;

namespace QueueInference.Tests.Core.Hosting;

public sealed class HostArgumentsTests
{
    [Theory]
    [InlineData("--model", "x")]
    [InlineData("--help")]
    [InlineData("--data=x")]
    public void Check_UnknownOption_NamesItAndWhatThereIs(params string[] args)
    {
        var refusal = Assert.Throws<StartupException>(() => HostArguments.Check(args, "--models"));
        Assert.Contains(args[0].Split('=')[0], refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--models", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--models", "x", "--urls", "http://127.0.0.1:1")]
    [InlineData("--Jobs:Lease=00:00:10", "--MODELS=x")]
    public void Check_KnownOptions_Pass(params string[] args) => HostArguments.Check(args, "--models");
}
