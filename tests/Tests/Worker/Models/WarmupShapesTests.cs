using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker.Models;

public sealed class WarmupShapesTests
{
    private static readonly ModelSignature Closed = Signature(new TensorSpec("x", TensorDatatype.Fp32, [-1, 3], ["N", ""]));
    private static readonly ModelSignature Open = Signature(new TensorSpec("x", TensorDatatype.Fp32, [-1, 3, -1, -1], ["N", "", "H", "W"]));
    private static readonly ModelSignature Text = Signature(
        new TensorSpec("ids", TensorDatatype.Int64, [-1, -1], ["N", "sequence"]), new TensorSpec("kind", TensorDatatype.Fp32, [-1, 2], ["N", ""]));

    [Fact]
    public void Of_OnlyTheRowsOpen_IsThatShape() => Assert.Equal(["x[-1,3]"], Of(Closed, new()));

    [Fact]
    public void Of_MoreOpen_IsNone()
    {
        Assert.Empty(Of(Open, new()));
        Assert.Empty(Of(Text, new()));
    }

    [Fact]
    public void Of_Warmup_IsWhatItSays() => Assert.Equal(
        ["x[-1,3,48,192]", "x[-1,3,8,8]"], Of(Open, new() { Warmup = [Shape("x", 7, 3, 48, 192), Shape("x", 1, 3, 8, 8), Shape("x", 2, 3, 8, 8)] }));

    [Fact]
    public void Of_Buckets_IsEachLength() => Assert.Equal(
        ["ids[-1,32] kind[-1,2]", "ids[-1,64] kind[-1,2]"], Of(Text, new() { Batching = { SequenceBuckets = [32, 64] } }));

    [Fact]
    public void Of_NoRows_KeepsTheFirstDimension()
    {
        var scalar = new ModelSignature([new("x", TensorDatatype.Fp32, [], []), new("y", TensorDatatype.Fp32, [2, -1], ["", "k"])], []);
        Assert.Empty(Of(scalar, new()));
        Assert.Equal(["x[] y[2,5]"], Of(scalar, new() { Warmup = [new() { ["x"] = [], ["y"] = [2, 5] }] }));
    }

    [Theory]
    [InlineData("z", new long[] { 1, 3 }, "'warmup[0]' does not fit the model: The model has no such input; it has 'x'.")]
    [InlineData("x", new long[] { 1, 4 }, "'warmup[0]' does not fit the model: The model wants [-1,3], where -1 is any size.")]
    [InlineData("x", new long[] { 1, 3, 3 }, "'warmup[0]' does not fit the model: The model wants [-1,3], where -1 is any size.")]
    public void Of_WarmupThatDoesNotFit_IsRefused(string input, long[] shape, string expected) => Assert.Equal(
        expected, Assert.Throws<InvalidDataException>(() => Of(Closed, new() { Warmup = [Shape(input, shape)] })).Message);

    [Fact]
    public void Guess_OpenDimensions_AreOne() => Assert.Equal([-1, 3, 1, 1], Assert.Single(WarmupShapes.Guess(Open)).Shape);

    private static ModelSignature Signature(params TensorSpec[] inputs) => new(inputs, [new("y", TensorDatatype.Fp32, [-1], ["N"])]);

    private static Dictionary<string, long[]> Shape(string input, params long[] shape) => new() { [input] = shape };

    private static string[] Of(ModelSignature signature, ModelSettings settings) =>
        [.. WarmupShapes.Of(signature, settings, SequenceBuckets.Create(signature, settings.Batching))
            .Select(inputs => string.Join(' ', inputs.Select(input => $"{input.Name}[{string.Join(',', input.Shape)}]")))];
}
