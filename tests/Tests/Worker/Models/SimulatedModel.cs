using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Tests.Worker.Models;

/// <summary>A model that gives its input back and takes as long as it is told, on a simulated clock.</summary>
internal sealed class SimulatedModel(Func<int, double> milliseconds, int mostRows = int.MaxValue) : IModelRunner
{
    public FakeTimeProvider Time { get; } = new();

    /// <summary>The rows of each run.</summary>
    public List<int> Runs { get; } = [];

    public ModelSignature Signature { get; init; } =
        new([new("x", TensorDatatype.Fp32, [-1, 2], ["N", ""])], [new("x", TensorDatatype.Fp32, [-1, 2], ["N", ""])]);

    public string Device { get; init; } = "cpu";

    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        var rows = (int)inputs[0].Shape[0];
        Runs.Add(rows);
        Time.Advance(TimeSpan.FromMilliseconds(milliseconds(rows)));
        return rows <= mostRows ? new([.. inputs]) : throw new InferenceException(InferenceFailure.OutOfMemory, "no");
    }

    public IMemoryOwner<byte> Allocate(int bytes) => new NativeBuffer(bytes);

    public void Dispose()
    {
    }
}
