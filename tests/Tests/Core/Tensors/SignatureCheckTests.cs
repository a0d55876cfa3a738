using QueueInference.Contracts;
using QueueInference.Core.Tensors;
using Xunit;

namespace QueueInference.Tests.Core.Tensors;

public sealed class SignatureCheckTests
{
    private static readonly ModelSignature Digits = new(
        [new("image", TensorDatatype.Fp32, [-1, 2, 2], ["n", "", ""])],
        [new("label", TensorDatatype.Int64, [-1], ["n"])]);

    private static readonly ModelSignature Text = new(
        [
            new("ids", TensorDatatype.UInt8, [-1, -1], ["batch", "length"]),
            new("mask", TensorDatatype.UInt8, [-1, -1], ["batch", "length"]),
            new("hint", TensorDatatype.Bytes, [-1, 1], ["batch", ""], Optional: true),
        ],
        [new("logits", TensorDatatype.Fp32, [-1, 2], ["batch", ""])]);

    private static readonly ModelSignature Fixed = new(
        [new("x", TensorDatatype.UInt8, [2, -1], ["", "n"]), new("s", TensorDatatype.Fp64, [], [], Optional: true)],
        [new("y", TensorDatatype.Fp32, [1], [])]);

    public static TheoryData<string, ModelSignature, Tensor[], string[]?> Fitting => new()
    {
        { "one row", Digits, [Of("image", TensorDatatype.Fp32, 16, 1, 2, 2)], null },
        { "most rows", Digits, [Of("image", TensorDatatype.Fp32, 64, 4, 2, 2)], ["label"] },
        { "optional left out, any order", Text, [Of("mask", TensorDatatype.UInt8, 6, 2, 3), Of("ids", TensorDatatype.UInt8, 6, 2, 3)], null },
        { "strings", Text, [Of("ids", TensorDatatype.UInt8, 0, 1, 0), Of("mask", TensorDatatype.UInt8, 0, 1, 0), Strings([1, 0, 0, 0, 65], 1, 1)], null },
        { "zero in an open dimension", Fixed, [Of("x", TensorDatatype.UInt8, 0, 2, 0)], null },
        { "not batchable, beyond the rows", Fixed, [Of("x", TensorDatatype.UInt8, 200, 2, 100), Of("s", TensorDatatype.Fp64, 8)], null },
    };

    public static TheoryData<string, ModelSignature, Tensor[], string[]?, string, string> Mismatches => new()
    {
        { "missing", Digits, [], null, "input-set-mismatch", "/inputs" },
        { "extra", Digits, [Of("image", TensorDatatype.Fp32, 16, 1, 2, 2), Of("canary", TensorDatatype.Fp32, 4, 1)], null, "input-set-mismatch", "/inputs/1/name" },
        { "duplicate", Digits, [Of("image", TensorDatatype.Fp32, 16, 1, 2, 2), Of("image", TensorDatatype.Fp32, 16, 1, 2, 2)], null, "input-set-mismatch", "/inputs/1/name" },
        { "case differs", Digits, [Of("Image", TensorDatatype.Fp32, 16, 1, 2, 2)], null, "input-set-mismatch", "/inputs/0/name" },
        { "unknown output", Digits, [Of("image", TensorDatatype.Fp32, 16, 1, 2, 2)], ["label", "canary"], "input-set-mismatch", "/outputs/1/name" },
        { "duplicate output", Digits, [Of("image", TensorDatatype.Fp32, 16, 1, 2, 2)], ["label", "label"], "input-set-mismatch", "/outputs/1/name" },
        { "datatype", Digits, [Of("image", TensorDatatype.Fp64, 32, 1, 2, 2)], null, "dtype-mismatch", "/inputs/0/datatype" },
        { "rank", Digits, [Of("image", TensorDatatype.Fp32, 16, 2, 2)], null, "shape-not-supported", "/inputs/0/shape" },
        { "dimension", Digits, [Of("image", TensorDatatype.Fp32, 24, 1, 2, 3)], null, "shape-not-supported", "/inputs/0/shape" },
        { "scalar for an array", Digits, [Of("image", TensorDatatype.Fp32, 4)], null, "invalid-shape", "/inputs/0/shape" },
        { "array for a scalar", Fixed, [Of("x", TensorDatatype.UInt8, 2, 2, 1), Of("s", TensorDatatype.Fp64, 8, 1)], null, "invalid-shape", "/inputs/1/shape" },
        { "zero where fixed", Digits, [Of("image", TensorDatatype.Fp32, 0, 1, 0, 2)], null, "invalid-shape", "/inputs/0/shape" },
        { "negative", Digits, [Of("image", TensorDatatype.Fp32, 0, -1, 2, 2)], null, "invalid-shape", "/inputs/0/shape" },
        { "no rows", Digits, [Of("image", TensorDatatype.Fp32, 0, 0, 2, 2)], null, "empty-batch", "/inputs/0/shape" },
        { "too many rows", Digits, [Of("image", TensorDatatype.Fp32, 80, 5, 2, 2)], null, "too-many-items", "/inputs/0/shape" },
        { "rows differ", Text, [Of("ids", TensorDatatype.UInt8, 3, 1, 3), Of("mask", TensorDatatype.UInt8, 6, 2, 3)], null, "shape-not-supported", "/inputs/1/shape" },
        { "symbol bound twice", Text, [Of("ids", TensorDatatype.UInt8, 3, 1, 3), Of("mask", TensorDatatype.UInt8, 4, 1, 4)], null, "shape-not-supported", "/inputs/1/shape" },
        { "data too short", Digits, [Of("image", TensorDatatype.Fp32, 15, 1, 2, 2)], null, "shape-data-mismatch", "/inputs/0/data" },
        { "data too long", Digits, [Of("image", TensorDatatype.Fp32, 17, 1, 2, 2)], null, "shape-data-mismatch", "/inputs/0/data" },
        { "product overflows", Fixed, [Of("x", TensorDatatype.UInt8, 0, 2, long.MaxValue)], null, "shape-data-mismatch", "/inputs/0/data" },
        { "string cut short", Text, [.. Row(), Strings([2, 0, 0, 0, 65], 1, 1)], null, "shape-data-mismatch", "/inputs/2/data" },
        { "string length beyond all memory", Text, [.. Row(), Strings([255, 255, 255, 255, 65], 1, 1)], null, "shape-data-mismatch", "/inputs/2/data" },
        { "string too many", Text, [.. Row(), Strings([0, 0, 0, 0, 0, 0, 0, 0], 1, 1)], null, "shape-data-mismatch", "/inputs/2/data" },
        { "string missing", Text, [.. Row(), Strings([], 1, 1)], null, "shape-data-mismatch", "/inputs/2/data" },
    };

    [Theory]
    [MemberData(nameof(Fitting))]
    public void Find_InputsThatFit_ReturnsNull(string what, ModelSignature signature, Tensor[] inputs, string[]? outputs)
    {
        Assert.True(SignatureCheck.Find(signature, inputs, outputs, maxRows: 4) is null, what);
    }

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void Find_InputsThatDoNotFit_NamesTheRuleAndThePlace(
        string what, ModelSignature signature, Tensor[] inputs, string[]? outputs, string code, string pointer)
    {
        var mismatch = SignatureCheck.Find(signature, inputs, outputs, maxRows: 4);

        Assert.True((code, pointer) == (mismatch?.Code, mismatch?.Pointer), $"{what}: {mismatch}");
        Assert.DoesNotContain("canary", mismatch!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_WrongShape_SaysWhatTheModelWants()
    {
        var mismatch = SignatureCheck.Find(Digits, [Of("image", TensorDatatype.Fp32, 16, 4)], null, maxRows: 4);

        Assert.Equal("The model wants [-1,2,2], where -1 is any size.", mismatch?.Message);
    }

    [Fact]
    public void FindAll_SeveralFaults_ReturnsEach()
    {
        var codes = SignatureCheck.FindAll(Text, [Of("ids", TensorDatatype.Fp32, 4, 1, 1)], ["nothing"], maxRows: 4).Select(mismatch => mismatch.Code);

        Assert.Equal(["input-set-mismatch", "input-set-mismatch", "dtype-mismatch"], codes);
    }

    [Fact]
    public void Rows_BatchableAndNot_CountsTheFirstDimensionOrOne()
    {
        Assert.Equal(3, SignatureCheck.Rows(Digits, [Of("image", TensorDatatype.Fp32, 48, 3, 2, 2)]));
        Assert.Equal(1, SignatureCheck.Rows(Fixed, [Of("x", TensorDatatype.UInt8, 6, 2, 3)]));
    }

    private static Tensor[] Row() => [Of("ids", TensorDatatype.UInt8, 3, 1, 3), Of("mask", TensorDatatype.UInt8, 3, 1, 3)];

    private static Tensor Of(string name, TensorDatatype datatype, int bytes, params long[] shape) => new(name, datatype, shape, new byte[bytes]);

    private static Tensor Strings(byte[] data, params long[] shape) => new("hint", TensorDatatype.Bytes, shape, data);
}
