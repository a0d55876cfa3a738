using QueueInference.Contracts;

namespace QueueInference.Worker.Batching;

/// <summary>Stub until the real one is merged.</summary>
internal sealed class SequenceBuckets
{
    public int? Length(IReadOnlyList<Tensor> inputs) => throw new NotSupportedException();
    public int Bucket(int length) => throw new NotSupportedException();
    public long[] PaddedShape(Tensor input, int padded) => throw new NotSupportedException();
    public void CopyPadded(Tensor input, int padded, Span<byte> destination) => throw new NotSupportedException();
    public Tensor Cut(Tensor output, int length) => throw new NotSupportedException();
}
