using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class RunBoundTests
{
    [Fact]
    public void Run_ThatDoesNotEnd_IsStoppedAndSaysSo()
    {
        using var endless = new OnnxModelRunner(Endless, new InferenceOptions { IntraOpThreads = 1 });

        var fault = Assert.Throws<InvalidDataException>(() => Bound(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken).Of(endless).Run([Row], TestContext.Current.CancellationToken));

        Assert.Equal("A run of it takes longer than 1 seconds.", fault.Message);
    }

    [Fact]
    public void Run_WhenTheWorkerStops_EndsAtOnce()
    {
        using var endless = new OnnxModelRunner(Endless, new InferenceOptions { IntraOpThreads = 1 });
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.ThrowsAny<OperationCanceledException>(() => Bound(TimeSpan.FromHours(1), stop.Token).Of(endless).Run([Row], TestContext.Current.CancellationToken));
    }

    private static Tensor Row => TestTensors.Floats("x", [1, 1], 1);

    private static string Endless => TestModels.PathOfBad("endless");

    private static RunBound Bound(TimeSpan limit, CancellationToken stop = default) => new(limit, TimeProvider.System, stop);
}
