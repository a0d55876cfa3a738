using QueueInference.Contracts;

namespace QueueInference.Worker.Models;

/// <summary>How far two numbers may be apart that should be the same.</summary>
/// <param name="Relative">In proportion to the number itself.</param>
/// <param name="OfScale">In proportion to the largest number of the tensor.</param>
/// <param name="Absolute">In any case.</param>
internal readonly record struct Tolerance(double Relative, double OfScale, double Absolute)
{
    // A GPU multiplies FP32 with 10 bits (TF32), and chooses its algorithms by the batch.
    private const double Coarse = 10;

    /// <summary>What is usual for a datatype on a device; integers must be the same.</summary>
    public static Tolerance Of(TensorDatatype datatype, string device) => datatype switch
    {
        TensorDatatype.Fp64 => new(1e-6, 1e-8, 1e-12),
        TensorDatatype.Fp32 when device.StartsWith("cpu", StringComparison.Ordinal) => new(1e-3, 1e-4, 1e-6),
        TensorDatatype.Fp32 => new(1e-3 * Coarse, 1e-4 * Coarse, 1e-6 * Coarse),
        TensorDatatype.Fp16 => new(1e-2, 1e-2, 1e-4),
        TensorDatatype.Bf16 => new(5e-2, 5e-2, 1e-3),
        _ => default,
    };

    /// <summary>Whether two numbers count as the same; what is not a number is the same as itself.</summary>
    /// <param name="one">A number.</param>
    /// <param name="other">The other one.</param>
    /// <param name="scale">The largest number around them.</param>
    public bool Allows(double one, double other, double scale) => one.Equals(other)
        || (double.IsFinite(one) && double.IsFinite(other) && Math.Abs(one - other) <= (Relative * Math.Abs(one)) + (OfScale * scale) + Absolute);
}
