using QueueInference.Contracts;
using QueueInference.Core.Payloads;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>What one part got out of a batch: outputs, or a failure.</summary>
/// <param name="Part">The part.</param>
/// <param name="Outputs">Its rows of every output; null when it failed. They are gone when the batch's outcomes are disposed.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="BatchRows">Rows that ran together.</param>
/// <param name="InferenceMs">How long that run took.</param>
internal sealed record PartOutcome(BatchPart Part, IReadOnlyList<Tensor>? Outputs, InferenceFailure? Failure, int BatchRows, double InferenceMs);

/// <summary>What came of a batch, with the memory of its outputs.</summary>
internal sealed class BatchOutcomes : IDisposable
{
    private readonly List<ModelOutputs> _memory = [];
    private readonly List<PartOutcome> _parts = [];

    /// <summary>One for each part.</summary>
    public IReadOnlyList<PartOutcome> Parts => _parts;

    /// <summary>Bytes of all outputs, about.</summary>
    public long Bytes => _parts.Sum(part => 1024 + (part.Outputs is { } outputs ? Payloads.Bytes(outputs) : 0));

    /// <summary>Takes the outputs of a run; they are freed with this.</summary>
    public ModelOutputs Own(ModelOutputs outputs)
    {
        _memory.Add(outputs);
        return outputs;
    }

    public void Add(IEnumerable<PartOutcome> parts) => _parts.AddRange(parts);

    public void Dispose() => _memory.ForEach(outputs => outputs.Dispose());
}
