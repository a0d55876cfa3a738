using System.Buffers;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Tests.Worker;

/// <summary>A model that is a function.</summary>
internal sealed class StubModel(Func<IReadOnlyList<Tensor>, CancellationToken, IReadOnlyList<Tensor>> run, ModelSignature? signature = null) : IModelRunner
{
    public StubModel(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> run, ModelSignature? signature = null)
        : this((inputs, _) => run(inputs), signature)
    {
    }

    public int Runs { get; private set; }

    public ModelSignature Signature => signature ?? throw new NotSupportedException();

    public string Device { get; init; } = "cpu";

    public int Slots { get; init; } = 1;

    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        Runs++;
        return new([.. run(inputs, cancellationToken)]);
    }

    public IMemoryOwner<byte> Allocate(int bytes) => new NativeBuffer(bytes);

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}
