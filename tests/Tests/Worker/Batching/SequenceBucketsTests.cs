using System.Runtime.InteropServices;
using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker.Batching;

public sealed class SequenceBucketsTests
{
    private static readonly TensorSpec Ids = new("ids", TensorDatatype.Int64, [-1, -1], ["N", "sequence"]);
    private static readonly TensorSpec Mask = new("mask", TensorDatatype.Bool, [-1, -1], ["N", "sequence"]);
    private static readonly TensorSpec Frames = new("frames", TensorDatatype.Fp32, [-1, 2, -1, 2], ["N", "", "sequence", ""]);
    private static readonly TensorSpec Kind = new("kind", TensorDatatype.Fp32, [-1, 3], ["N", ""]);
    private static readonly TensorSpec Tokens = new("tokens", TensorDatatype.Fp32, [-1, 2, -1], ["N", "", "sequence"]);
    private static readonly TensorSpec Label = new("label", TensorDatatype.Fp32, [-1, 4], ["N", ""]);

    [Fact]
    public void Create_NoBuckets_IsNull() => Assert.Null(SequenceBuckets.Create(new([Ids], [Label]), new()));

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    [InlineData(9, 9)]
    public void Bucket_OfALength_IsTheSmallestThatHoldsIt(int length, int expected) => Assert.Equal(expected, Create([Ids], 4, 8).Bucket(length));

    [Fact]
    public void Axes_ByName_AreThoseOfTheSymbol()
    {
        var buckets = Create([Ids, Frames, Kind], 4);
        Assert.Equal((1, 2, null), (buckets.InputAxis("ids"), buckets.InputAxis("frames"), buckets.InputAxis("kind")));
        Assert.Equal((2, null), (buckets.OutputAxis("tokens"), buckets.OutputAxis("label")));
    }

    [Fact]
    public void Length_OfAJob_IsThatOfItsSequences()
    {
        var buckets = Create([Ids, Frames, Kind], 4);
        var frames = TestTensors.Floats("frames", [1, 2, 3, 2]);
        Assert.Equal(3, buckets.Length([Longs(1, 3), frames, TestTensors.Floats("kind", [1, 3])]));
        Assert.Null(buckets.Length([Longs(1, 4), frames]));
        Assert.Null(buckets.Length([]));
    }

    [Fact]
    public void CopyPadded_LastAxis_FillsEachRow()
    {
        var buckets = Create([Ids], new BatchingSettings { SequenceBuckets = [4], SequencePadding = new() { ["ids"] = 7 } });
        var padded = buckets.Pad(Longs(2, 3, 1, 2, 3, 4, 5, 6), 4);
        Assert.Equal([2, 4], padded.Shape);
        Assert.Equal([1L, 2, 3, 7, 4, 5, 6, 7], MemoryMarshal.Cast<byte, long>(padded.Data.Span).ToArray());
    }

    [Fact]
    public void CopyPadded_MiddleAxis_FillsEachBlock()
    {
        var input = TestTensors.Floats("frames", [1, 2, 1, 2], 1, 2, 3, 4);
        var padded = Create([Frames], 2).Pad(input, 2);
        Assert.Equal([1, 2, 2, 2], padded.Shape);
        Assert.Equal([1f, 2, 0, 0, 3, 4, 0, 0], padded.ToFloats());
    }

    [Fact]
    public void CopyPadded_IntoUsedMemory_LeavesNothingOfIt()
    {
        var data = Enumerable.Repeat((byte)0xFF, 4 * 8).ToArray();
        Create([Ids], 4).CopyPadded(Longs(1, 1, 5), 4, data);
        Assert.Equal([5L, 0, 0, 0], MemoryMarshal.Cast<byte, long>(data).ToArray());
    }

    [Fact]
    public void CopyPadded_NoSequence_IsAPlainCopy()
    {
        var kind = TestTensors.Floats("kind", [1, 3], 1, 2, 3);
        var buckets = Create([Ids, Kind], 4);
        Assert.Equal(kind.Shape, buckets.PaddedShape(kind, 4));
        TestTensors.AssertEqual(kind, buckets.Pad(kind, 4));
    }

    [Fact]
    public void Cut_SequenceOutput_KeepsTheFirstPositions()
    {
        var cut = Create([Ids], 4).Cut(TestTensors.Floats("tokens", [1, 2, 3], 1, 2, 3, 4, 5, 6), 2);
        Assert.Equal([1, 2, 2], cut.Shape);
        Assert.Equal([1f, 2, 4, 5], cut.ToFloats());
    }

    [Fact]
    public void Cut_NothingToCut_IsTheSameTensor()
    {
        var (label, tokens) = (TestTensors.Floats("label", [1, 4], 1, 2, 3, 4), TestTensors.Floats("tokens", [1, 2, 2], 1, 2, 3, 4));
        Assert.Same(label, Create([Ids], 4).Cut(label, 2));
        Assert.Same(tokens, Create([Ids], 4).Cut(tokens, 2));
    }

    [Fact]
    public void PadAndCut_AnyShape_GiveTheTensorBack()
    {
        var random = new Random(1);
        var buckets = SequenceBuckets.Create(new([Ids, Frames], [Frames]), new() { SequenceBuckets = [9] })!;
        for (var i = 0; i < 50; i++)
        {
            var (rows, length) = (random.Next(1, 4), random.Next(1, 9));
            var tensor = TestTensors.Random(random, "frames", TensorDatatype.Fp32, [rows, 2, length, 2]);
            TestTensors.AssertEqual(tensor, buckets.Cut(buckets.Pad(tensor, 9), length));
        }
    }

    [Theory]
    [InlineData(new[] { 4, 8 }, 2)]
    [InlineData(new[] { 1, 2, 8 }, 5)]
    [InlineData(new[] { 1, 2 }, null)]
    public void PaddedLength_OfBuckets_LiesBelowOne(int[] lengths, int? expected) => Assert.Equal(expected, Create([Ids], lengths).PaddedLength);

    [Fact]
    public void Create_TwoOpenDimensions_ListsThem()
    {
        var image = new TensorSpec("x", TensorDatatype.Fp32, [-1, -1, -1], ["N", "H", "W"]);
        Assert.Equal("'batching.sequence_axis' must be one of \"H\", \"W\".", Refusal([image], new() { SequenceBuckets = [4] }));
        Assert.Equal("'batching.sequence_axis' must be one of \"H\", \"W\".", Refusal([image], new() { SequenceBuckets = [4], SequenceAxis = "h" }));
        Assert.Equal(2, SequenceBuckets.Create(new([image], [Label]), new() { SequenceBuckets = [4], SequenceAxis = "W" })!.InputAxis("x"));
    }

    [Fact]
    public void Create_ModelWithoutSequences_SaysSo()
    {
        Assert.Contains("a named open dimension besides the first", Refusal([Kind], new() { SequenceBuckets = [4] }), StringComparison.Ordinal);
        Assert.Contains("rows can be batched", Refusal([Kind with { Shape = [1, 3] }], new() { SequenceBuckets = [4] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_StringsOrTwoAxes_CannotBePadded()
    {
        Assert.Contains("'ids' has strings", Refusal([Ids with { Datatype = TensorDatatype.Bytes }], new() { SequenceBuckets = [4] }), StringComparison.Ordinal);
        var square = new TensorSpec("square", TensorDatatype.Fp32, [-1, -1, -1], ["N", "sequence", "sequence"]);
        Assert.Contains("'square' has \"sequence\" more than once", Refusal([square], new() { SequenceBuckets = [4] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ids", 0.5, "'ids' is INT64, which cannot hold 0.5.")]
    [InlineData("mask", 2.0, "'mask' is BOOL, which cannot hold 2.")]
    [InlineData("frames", 1e39, "'frames' is FP32, which cannot hold 1E+39.")]
    [InlineData("kind", 0.0, "names 'kind', which is no input with the dimension \"sequence\".")]
    [InlineData("other", 0.0, "names 'other', which is no input with the dimension \"sequence\".")]
    public void Create_PaddingThatDoesNotFit_IsRefused(string input, double value, string expected) => Assert.Contains(
        expected, Refusal([Ids, Mask, Frames, Kind], new() { SequenceBuckets = [4], SequencePadding = new() { [input] = value } }), StringComparison.Ordinal);

    [Theory]
    [InlineData(TensorDatatype.UInt8, 255.0, new byte[] { 255 })]
    [InlineData(TensorDatatype.Int8, -1.0, new byte[] { 255 })]
    [InlineData(TensorDatatype.UInt16, 258.0, new byte[] { 2, 1 })]
    [InlineData(TensorDatatype.Int32, -2.0, new byte[] { 254, 255, 255, 255 })]
    [InlineData(TensorDatatype.Bool, 1.0, new byte[] { 1 })]
    [InlineData(TensorDatatype.Fp16, 1.0, new byte[] { 0, 0x3C })]
    [InlineData(TensorDatatype.Bf16, 1.0, new byte[] { 0x80, 0x3F })]
    [InlineData(TensorDatatype.Fp32, 1.0, new byte[] { 0, 0, 0x80, 0x3F })]
    public void Pad_AnyDatatype_WritesItsBytes(TensorDatatype datatype, double value, byte[] expected)
    {
        var buckets = Create([Ids with { Datatype = datatype }], new BatchingSettings { SequenceBuckets = [2], SequencePadding = new() { ["ids"] = value } });
        var padded = buckets.Pad(new Tensor("ids", datatype, [1, 0], default), 1);
        Assert.Equal(expected, padded.Data.ToArray());
    }

    private static Tensor Longs(long rows, long length, params long[] values) => TestTensors.Of("ids", TensorDatatype.Int64, [rows, length], values);

    private static SequenceBuckets Create(TensorSpec[] inputs, params int[] lengths) => Create(inputs, new BatchingSettings { SequenceBuckets = lengths });

    private static SequenceBuckets Create(TensorSpec[] inputs, BatchingSettings settings) => SequenceBuckets.Create(new(inputs, [Tokens, Label]), settings)!;

    private static string Refusal(TensorSpec[] inputs, BatchingSettings settings) => Assert.Throws<InvalidDataException>(() => Create(inputs, settings)).Message;
}
