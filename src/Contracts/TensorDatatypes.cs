namespace QueueInference.Contracts;

/// <summary>Names and sizes of <see cref="TensorDatatype"/>.</summary>
public static class TensorDatatypes
{
    private static readonly string[] Names =
        ["", "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BF16", "BYTES"];

    private static readonly int[] Sizes = [0, 1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 2, 0];

    /// <summary>The protocol's name, such as <c>FP32</c>.</summary>
    public static string ProtocolName(this TensorDatatype datatype) => Names[(int)datatype];

    /// <summary>Bytes an element takes; 0 for <see cref="TensorDatatype.Bytes"/>, whose elements differ in length.</summary>
    public static int ElementSize(this TensorDatatype datatype) => Sizes[(int)datatype];

    /// <summary>Finds a datatype by its protocol name; the comparison is exact.</summary>
    public static bool TryParse(string? name, out TensorDatatype datatype)
    {
        var index = string.IsNullOrEmpty(name) ? -1 : Array.IndexOf(Names, name);
        datatype = (TensorDatatype)Math.Max(index, 0);
        return index > 0;
    }
}
