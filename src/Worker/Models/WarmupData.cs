using System.Runtime.InteropServices;
using QueueInference.Contracts;

namespace QueueInference.Worker.Models;

/// <summary>Makes inputs for runs that no job asked for.</summary>
internal static class WarmupData
{
    // As many different rows as a comparison needs; larger batches repeat them, which takes the same time.
    private const int DifferentRows = 4;

    /// <summary>Zeros, false and empty strings.</summary>
    public static Tensor Zeros(TensorSpec input, int rows) => Make(input, rows, _ => { });

    /// <summary>Numbers from -1 to 1, integers 0 and 1, true and false, empty strings.</summary>
    public static Tensor Random(TensorSpec input, int rows, Random random) => Make(input, rows, data => Fill(input.Datatype, data, random));

    /// <summary>The inputs of one run.</summary>
    /// <param name="inputs">Their specs; an open first dimension takes the rows.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="random">Where the data comes from; null for zeros.</param>
    public static Tensor[] Inputs(IEnumerable<TensorSpec> inputs, int rows, Random? random) =>
        [.. inputs.Select(input => random is null ? Zeros(input, rows) : Random(input, rows, random))];

    /// <summary>The first rows of inputs that all have the same number of rows, without copying; null where they have fewer.</summary>
    public static Tensor[]? FirstRows(Tensor[] inputs, int rows) => rows > inputs[0].Shape[0] ? null : [.. inputs.Select(input => input with
    {
        Shape = [rows, .. input.Shape.Skip(1)],
        Data = input.Data[..(int)(input.Data.Length / input.Shape[0] * rows)],
    })];

    private delegate void Filler(Span<byte> data);

    private static Tensor Make(TensorSpec input, int rows, Filler fill)
    {
        long[] shape = [.. input.Shape.Select(dimension => dimension < 0 ? rows : dimension)];
        var tensor = new Tensor(input.Name, input.Datatype, shape, default);
        // Four zero bytes are the length of an empty string.
        var size = input.Datatype == TensorDatatype.Bytes ? sizeof(uint) : input.Datatype.ElementSize();
        var data = new byte[checked(tensor.ElementCount * size)];
        var first = input.Shape is [< 0, ..] && rows > DifferentRows ? data.Length / rows * DifferentRows : data.Length;
        fill(data.AsSpan(0, first));
        for (var at = first; at > 0 && at < data.Length; at += first)
        {
            data.AsSpan(0, Math.Min(first, data.Length - at)).CopyTo(data.AsSpan(at));
        }

        return tensor with { Data = data };
    }

    private static void Fill(TensorDatatype datatype, Span<byte> data, Random random)
    {
        switch (datatype)
        {
            case TensorDatatype.Bytes: break;
            case TensorDatatype.Fp64: Fill<double>(data, () => Number(random)); break;
            case TensorDatatype.Fp32: Fill<float>(data, () => (float)Number(random)); break;
            case TensorDatatype.Fp16: Fill<Half>(data, () => (Half)Number(random)); break;
            // BF16 is the upper half of FP32.
            case TensorDatatype.Bf16: Fill<ushort>(data, () => (ushort)(BitConverter.SingleToUInt32Bits((float)Number(random)) >> 16)); break;
            default: FillIntegers(data, datatype.ElementSize(), random); break;
        }
    }

    private static double Number(Random random) => (random.NextDouble() * 2) - 1;

    private static void Fill<T>(Span<byte> data, Func<T> next) where T : unmanaged
    {
        foreach (ref var element in MemoryMarshal.Cast<byte, T>(data))
        {
            element = next();
        }
    }

    /// <summary>0 or 1: valid wherever an integer is an index, a mask or a truth value.</summary>
    private static void FillIntegers(Span<byte> data, int size, Random random)
    {
        for (var at = 0; at < data.Length; at += size)
        {
            data[at] = (byte)random.Next(2);
        }
    }
}
