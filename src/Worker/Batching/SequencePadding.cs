using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using QueueInference.Contracts;

namespace QueueInference.Worker.Batching;

/// <summary>The elements that fill the end of a padded sequence. Pure.</summary>
internal static class SequencePadding
{
    private const string Setting = "'batching.sequence_padding'";

    /// <summary>One element for each input that has the axis, as the model's bytes; zero where the settings say nothing.</summary>
    /// <exception cref="InvalidDataException">An input is not there, has no such axis, or cannot hold the value.</exception>
    public static Dictionary<string, byte[]> Elements(SequenceAxis axis, IReadOnlyDictionary<string, double> values)
    {
        if (values.Keys.FirstOrDefault(name => !axis.Inputs.ContainsKey(name)) is { } stranger)
        {
            throw new InvalidDataException($"{Setting} names '{stranger}', which is no input with the dimension \"{axis.Symbol}\".");
        }

        return axis.Specs.ToDictionary(input => input.Name, input => Element(input, values.GetValueOrDefault(input.Name)));
    }

    /// <summary>Repeats an element.</summary>
    public static void Fill(Span<byte> destination, ReadOnlySpan<byte> element)
    {
        if (!element.ContainsAnyExcept((byte)0))
        {
            destination.Clear();
            return;
        }

        for (var at = 0; at < destination.Length; at += element.Length)
        {
            element.CopyTo(destination[at..]);
        }
    }

    private static byte[] Element(TensorSpec input, double value) => input.Datatype switch
    {
        TensorDatatype.Bool when value is 0 or 1 => [(byte)value],
        TensorDatatype.UInt8 => Integer<byte>(input, value),
        TensorDatatype.UInt16 => Integer<ushort>(input, value),
        TensorDatatype.UInt32 => Integer<uint>(input, value),
        TensorDatatype.UInt64 => Integer<ulong>(input, value),
        TensorDatatype.Int8 => Integer<sbyte>(input, value),
        TensorDatatype.Int16 => Integer<short>(input, value),
        TensorDatatype.Int32 => Integer<int>(input, value),
        TensorDatatype.Int64 => Integer<long>(input, value),
        TensorDatatype.Fp16 when Half.IsFinite((Half)value) => Bytes((Half)value),
        TensorDatatype.Fp32 when float.IsFinite((float)value) => Bytes((float)value),
        TensorDatatype.Fp64 => Bytes(value),
        // BF16 is the upper half of FP32.
        TensorDatatype.Bf16 when float.IsFinite((float)value) => Bytes((float)value)[2..],
        _ => throw Refused(input, value),
    };

    private static byte[] Integer<T>(TensorSpec input, double value) where T : unmanaged, INumber<T>
    {
        var integer = T.CreateSaturating(value);
        return double.CreateSaturating(integer) == value ? Bytes(integer) : throw Refused(input, value);
    }

    private static byte[] Bytes<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes([value]).ToArray();

    private static InvalidDataException Refused(TensorSpec input, double value) => new(string.Create(CultureInfo.InvariantCulture,
        $"{Setting}: '{input.Name}' is {input.Datatype.ProtocolName()}, which cannot hold {value}."));
}
