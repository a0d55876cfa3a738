using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>The outputs of one run, where ONNX Runtime put them. It owns the values.</summary>
internal sealed class OrtOutputs(IDisposableReadOnlyCollection<OrtValue> values) : IDisposable
{
    private readonly List<IDisposable> borrowed = new(values.Count);

    /// <summary>The outputs as tensors; their data is gone once this is disposed.</summary>
    /// <param name="specs">In the order of the values.</param>
    /// <param name="inputs">What the run was given.</param>
    public Tensor[] ToTensors(IReadOnlyList<TensorSpec> specs, IReadOnlyList<Tensor> inputs) =>
        [.. specs.Zip(values, (spec, value) => ToTensor(spec, value, inputs))];

    public void Dispose()
    {
        borrowed.ForEach(memory => memory.Dispose());
        values.Dispose();
    }

    private Tensor ToTensor(TensorSpec spec, OrtValue value, IReadOnlyList<Tensor> inputs)
    {
        var info = value.GetTensorTypeAndShape();
        var data = info.ElementCount == 0 ? default
            : spec.Datatype == TensorDatatype.Bytes ? OrtTensors.ReadStrings(value, checked((int)info.ElementCount))
            : Borrow(value, inputs);
        return new(spec.Name, spec.Datatype, info.Shape, data);
    }

    private ReadOnlyMemory<byte> Borrow(OrtValue value, IReadOnlyList<Tensor> inputs)
    {
        var memory = new BorrowedMemory(value);
        borrowed.Add(memory);
        // An output that is an input itself lies in the caller's memory, which is the caller's again after the run.
        return inputs.Any(input => memory.GetSpan().Overlaps(input.Data.Span)) ? memory.GetSpan().ToArray() : memory.Memory;
    }
}
