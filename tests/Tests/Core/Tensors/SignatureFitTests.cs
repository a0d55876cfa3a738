using QueueInference.Contracts;
using QueueInference.Core.Tensors;

namespace QueueInference.Tests.Core.Tensors;

/// <summary>What plainly fits must have no mismatch; how the full check decides is the truth.</summary>
public sealed class SignatureFitTests
{
    private static readonly ModelSignature Two = new(
        [new("a", TensorDatatype.Fp32, [-1, -1], ["N", "k"]), new("b", TensorDatatype.Int64, [-1, -1, 2], ["N", "k", ""])], [new("y", TensorDatatype.Fp32, [-1], ["N"])]);

    [Fact]
    public void IsPlain_OrdinaryJob_IsSeen() => Assert.True(SignatureFit.IsPlain(Two, [A(2, 3), B(2, 3, 2)], null, 64));

    [Fact]
    public void IsPlain_AnyShapes_NeverFitWhatTheFullCheckRefuses()
    {
        long[] sizes = [-1, 0, 1, 2, 3, 1L << 40];
        var plain = 0;
        foreach (var n in sizes)
        {
            foreach (var k in sizes)
            {
                foreach (var other in sizes)
                {
                    foreach (var extra in new[] { 0, 1, -1 })
                    {
                        Tensor[] job = [A(n, k, extra), B(n, other, 2)];
                        var isPlain = SignatureFit.IsPlain(Two, job, null, 2);
                        plain += isPlain ? 1 : 0;
                        Assert.False(isPlain && SignatureCheck.FindAll(Two, job, null, 2).Any(), $"{n} {k} {other} {extra}");
                    }
                }
            }
        }

        Assert.Equal(6, plain);
    }

    [Fact]
    public void IsPlain_WrongNameDatatypeOrderOrOutputs_IsLeftToTheFullCheck()
    {
        Assert.False(SignatureFit.IsPlain(Two, [B(2, 3, 2), A(2, 3)], null, 64));
        Assert.False(SignatureFit.IsPlain(Two, [A(2, 3) with { Name = "c" }, B(2, 3, 2)], null, 64));
        Assert.False(SignatureFit.IsPlain(Two, [A(2, 3) with { Datatype = TensorDatatype.Int32 }, B(2, 3, 2)], null, 64));
        Assert.False(SignatureFit.IsPlain(Two, [A(2, 3)], null, 64));
        Assert.True(SignatureFit.IsPlain(Two, [A(2, 3), B(2, 3, 2)], ["y"], 64));
        Assert.False(SignatureFit.IsPlain(Two, [A(2, 3), B(2, 3, 2)], ["y", "y"], 64));
        Assert.False(SignatureFit.IsPlain(Two, [A(2, 3), B(2, 3, 2)], ["z"], 64));
        Assert.False(SignatureFit.IsPlain(Two, [A(2, 3), B(2, 4, 2)], null, 64));
    }

    private static Tensor A(long rows, long k, int extra = 0) => Of("a", TensorDatatype.Fp32, [rows, k], extra);

    private static Tensor B(long rows, long k, long last) => Of("b", TensorDatatype.Int64, [rows, k, last], 0);

    private static Tensor Of(string name, TensorDatatype datatype, long[] shape, int extra)
    {
        var bytes = shape.Aggregate((Int128)datatype.ElementSize(), (product, dimension) => product * dimension) + extra;
        return new(name, datatype, shape, new byte[bytes > 0 && bytes < 1000 ? (int)bytes : 0]);
    }
}
