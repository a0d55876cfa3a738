using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>The inputs of one run as native values. The memory of the tensors stays pinned until it is disposed.</summary>
internal sealed class OrtInputs : IDisposable
{
    private readonly List<string> names = [];
    private readonly List<OrtValue> values = [];
    private readonly List<MemoryHandle> pins = [];

    public OrtInputs(IReadOnlyList<Tensor> inputs)
    {
        try
        {
            foreach (var input in inputs)
            {
                names.Add(input.Name);
                values.Add(ToNative(input));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyCollection<string> Names => names;

    public IReadOnlyCollection<OrtValue> Values => values;

    public void Dispose()
    {
        values.ForEach(value => value.Dispose());
        pins.ForEach(pin => pin.Dispose());
    }

    private OrtValue ToNative(Tensor input)
    {
        OrtTensors.CheckLength(input);
        return input.Datatype == TensorDatatype.Bytes ? OrtTensors.CopyStrings(input)
            : IsUsableInPlace(input) ? Borrow(input)
            : OrtTensors.Copy(input);
    }

    private OrtValue Borrow(Tensor input)
    {
        var pin = input.Data.Pin();
        pins.Add(pin);
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, input.Datatype.ToOrt(), input.Shape, Address(pin), input.Data.Length);
    }

    // A slice of a message can start at any byte, but kernels may expect whole elements; empty memory has no address at all.
    private static bool IsUsableInPlace(Tensor input)
    {
        using var pin = input.Data.Pin();
        return !input.Data.IsEmpty && Address(pin) % input.Datatype.ElementSize() == 0;
    }

    private static unsafe nint Address(MemoryHandle pin) => (nint)pin.Pointer;
}
