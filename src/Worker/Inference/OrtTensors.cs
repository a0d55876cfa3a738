using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>Copies tensors into native memory and back.</summary>
internal static class OrtTensors
{
    /// <summary>Refuses data that does not fill its shape exactly, before native code reads past its end.</summary>
    /// <exception cref="InvalidDataException">The length or the shape is wrong.</exception>
    public static void CheckLength(Tensor tensor)
    {
        if (tensor.Shape.Any(dimension => dimension < 0) || Length(tensor) != tensor.Data.Length)
        {
            throw new InvalidDataException($"The data of '{tensor.Name}' does not fill its shape.");
        }
    }

    /// <summary>A native copy of a tensor of fixed-size elements.</summary>
    public static OrtValue Copy(Tensor tensor)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, tensor.Datatype.ToOrt(), tensor.Shape);
        if (!tensor.Data.IsEmpty)
        {
            tensor.Data.Span.CopyTo(value.GetTensorMutableRawData());
        }

        return value;
    }

    /// <summary>A native copy of a BYTES tensor.</summary>
    public static OrtValue CopyStrings(Tensor tensor)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, tensor.Shape);
        var (count, offset) = (tensor.ElementCount, 0);
        for (var i = 0; i < count; i++)
        {
            value.StringTensorSetElementAt(BytesElements.Next(tensor.Data.Span, ref offset), i);
        }

        return value;
    }

    /// <summary>The elements of a tensor of strings, as BYTES.</summary>
    public static byte[] ReadStrings(OrtValue value, int count)
    {
        using var data = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            BytesElements.Write(data, value.GetStringElementAsSpan(i));
        }

        return data.ToArray();
    }

    private static long Length(Tensor tensor) => tensor.Datatype == TensorDatatype.Bytes
        ? BytesElements.Measure(tensor.Data.Span, 0, tensor.ElementCount)
        : checked(tensor.ElementCount * tensor.Datatype.ElementSize());
}
