namespace QueueInference.Contracts;

/// <summary>Element types of the Open Inference Protocol, and BF16 as Triton names it.</summary>
/// <remarks>The numbers are written to the wire and to the store: never renumber them.</remarks>
public enum TensorDatatype : byte
{
    /// <summary>One byte an element, 0 or 1.</summary>
    Bool = 1,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 2,
    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 3,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 4,
    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 5,
    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 6,
    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 7,
    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 8,
    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 9,
    /// <summary>IEEE 754 half precision.</summary>
    Fp16 = 10,
    /// <summary>IEEE 754 single precision.</summary>
    Fp32 = 11,
    /// <summary>IEEE 754 double precision.</summary>
    Fp64 = 12,
    /// <summary>The upper half of a single; has no JSON form as an input.</summary>
    Bf16 = 13,
    /// <summary>Strings: each element is a little-endian 32-bit length and that many UTF-8 bytes.</summary>
    Bytes = 14,
}
