using QueueInference.Contracts;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker.Models;

public sealed class WarmupDataTests
{
    public static TheoryData<TensorDatatype> Datatypes() => [.. Enum.GetValues<TensorDatatype>()];

    [Theory]
    [MemberData(nameof(Datatypes))]
    public void Random_AnyDatatype_LooksValid(TensorDatatype datatype)
    {
        var tensor = WarmupData.Random(new("x", datatype, [-1, 50], []), 9, new Random(1));
        Assert.Equal([9, 50], tensor.Shape);
        if (datatype == TensorDatatype.Bytes)
        {
            Assert.Equal(new byte[9 * 50 * 4], tensor.Data.ToArray());
            return;
        }

        var numbers = TensorNumbers.Read(tensor);
        Assert.Equal(450, numbers.Length);
        Assert.All(numbers, number => Assert.InRange(number, -1, 1));
        Assert.True(numbers.Distinct().Count() >= 2);
        Assert.Equal(datatype is TensorDatatype.Fp16 or TensorDatatype.Fp32 or TensorDatatype.Fp64 or TensorDatatype.Bf16, numbers.Any(number => number < 0));
    }

    [Fact]
    public void Random_FewRows_Differ()
    {
        var numbers = TensorNumbers.Read(WarmupData.Random(new("x", TensorDatatype.Fp32, [-1, 8], []), 4, new Random(1)));
        Assert.Equal(32, numbers.Distinct().Count());
    }

    [Fact]
    public void Random_SameSeed_IsTheSame() => TestTensors.AssertEqual(
        WarmupData.Random(new("x", TensorDatatype.Fp32, [2], []), 1, new Random(1)), WarmupData.Random(new("x", TensorDatatype.Fp32, [2], []), 1, new Random(1)));

    [Fact]
    public void FirstRows_OfSeveralInputs_AreTheirFirstRows()
    {
        Tensor[] inputs = [TestTensors.Floats("x", [3, 2], 1, 2, 3, 4, 5, 6), TestTensors.Strings("s", [3], "", "", "")];
        var first = WarmupData.FirstRows(inputs, 2)!;
        TestTensors.AssertEqual(TestTensors.Floats("x", [2, 2], 1, 2, 3, 4), first[0]);
        TestTensors.AssertEqual(TestTensors.Strings("s", [2], "", ""), first[1]);
        Assert.Null(WarmupData.FirstRows(inputs, 4));
    }

    [Fact]
    public void Zeros_OfAScalar_IsOneElement() => Assert.Equal(new byte[8], WarmupData.Zeros(new("x", TensorDatatype.Int64, [], []), 1).Data.ToArray());
}
