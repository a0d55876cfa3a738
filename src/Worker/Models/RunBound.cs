using System.Buffers;
using System.Globalization;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Bounds the runs of a version that is not served yet: one that does not end must not keep all later versions out.</summary>
/// <param name="Limit">How long a run may take.</param>
/// <param name="Time">The clock.</param>
/// <param name="Stop">Ends it at once: the worker stops.</param>
internal sealed record RunBound(TimeSpan Limit, TimeProvider Time, CancellationToken Stop)
{
    /// <summary>The same model, bounded.</summary>
    public IModelRunner Of(IModelRunner runner) => new Bounded(runner, this);

    private sealed class Bounded(IModelRunner runner, RunBound bound) : IModelRunner
    {
        public ModelSignature Signature => runner.Signature;

        public string Device => runner.Device;

        public int Slots => runner.Slots;

        public IReadOnlyList<ProviderShare> Providers => runner.Providers;

        public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
        {
            using var limit = new CancellationTokenSource(bound.Limit, bound.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, bound.Stop);
            try
            {
                return runner.Run(inputs, either.Token);
            }
            catch (InferenceException e) when (e.Failure == InferenceFailure.Stopped)
            {
                bound.Stop.ThrowIfCancellationRequested();
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A run of it takes longer than {bound.Limit.TotalSeconds:0} seconds."), e);
            }
        }

        public IMemoryOwner<byte> Allocate(int bytes) => runner.Allocate(bytes);

        public void Dispose() => runner.Dispose();
    }
}
