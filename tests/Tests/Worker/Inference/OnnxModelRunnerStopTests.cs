using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class OnnxModelRunnerStopTests
{
    private const float Forever = 1e18f;

    [Fact]
    public async Task Run_CanceledMeanwhile_StopsThatRunAlone()
    {
        using var runner = TestModels.Load("spins");
        using var cancel = new CancellationTokenSource();
        var other = Spin(runner, Forever, cancel.Token);

        // This one shares the session, and ends by itself.
        Assert.Equal([2f, 1000], runner.RunOnce([TestTensors.Floats("x", [2, 1], 2, 1000)])[0].ToFloats());
        Assert.False(other.IsCompleted);
        await cancel.CancelAsync();

        var failure = await Assert.ThrowsAsync<InferenceException>(() => other);
        Assert.Equal((InferenceFailure.Stopped, "The run was stopped before its end."), (failure.Failure, failure.Message));
        Assert.Equal([5f], runner.RunOnce([TestTensors.Floats("x", [1, 1], 5)])[0].ToFloats());
    }

    [Fact]
    public async Task Run_CanceledBefore_DoesNotStart()
    {
        using var runner = TestModels.Load("spins");

        var failure = await Assert.ThrowsAsync<InferenceException>(() => Spin(runner, Forever, new CancellationToken(canceled: true)));

        Assert.Equal(InferenceFailure.Stopped, failure.Failure);
    }

    [Fact]
    public void Run_CanceledAfterwards_KeepsItsOutputs()
    {
        using var runner = TestModels.Load("spins");
        using var cancel = new CancellationTokenSource();
        using var outputs = runner.Run([TestTensors.Floats("x", [1, 1], 1)], cancel.Token);

        cancel.Cancel();

        Assert.Equal([1f], outputs.Tensors[0].ToFloats());
        Assert.True(runner.Signature.Batchable);
    }

    private static Task<ModelOutputs> Spin(OnnxModelRunner runner, float times, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => runner.Run([TestTensors.Floats("x", [1, 1], times)], cancellationToken),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
