using System.Buffers;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>A model under the watchdog: no run of jobs, for whatever purpose, may last for ever, or go on after its device has failed.</summary>
internal sealed class WatchedRunner(IModelRunner runner, RunWatchdog watchdog) : IModelRunner
{
    public ModelSignature Signature => runner.Signature;

    public string Device => runner.Device;

    public int Slots => runner.Slots;

    public IReadOnlyList<ProviderShare> Providers => runner.Providers;

    /// <summary>As the model runs; the watchdog alone stops it.</summary>
    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        try
        {
            using var watch = watchdog.Begin();
            return runner.Run(inputs, watch.Token);
        }
        catch (InferenceException e) when (e.Failure == InferenceFailure.DeviceLost)
        {
            // Every later run would fail too, and take its jobs with it.
            watchdog.EndProcess($"The device {runner.Device} failed: {e.InnerException?.Message} This worker ends, its jobs go to others.");
            throw;
        }
    }

    public IMemoryOwner<byte> Allocate(int bytes) => runner.Allocate(bytes);

    public void Dispose() => runner.Dispose();
}
