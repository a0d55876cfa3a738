using System.Runtime.InteropServices;
using QueueInference.Contracts;
using QueueInference.Core.Drift;
using QueueInference.Worker.Drift;
using Xunit;

namespace QueueInference.Tests.Worker.Drift;

public sealed class DriftFeaturesTests
{
    [Fact]
    public void Of_Table_HasAFeatureForEachColumn() => Assert.Equal(
        [("inx[0]", 4.0), ("inx[1]", 5.0), ("inx[2]", 6.0)], Of(Floats("x", [2, 3], 1, 2, 3, 4, 5, 6), isInput: true, row: 1, rows: 2));

    [Fact]
    public void Of_OneNumber_HasTheNameOfTheTensor() => Assert.Equal([("onprice", 7.5)], Of(Floats("price", [1, 1], 7.5f), isInput: false));

    [Fact]
    public void Of_Scores_HasTheLabelToo() => Assert.Contains(("olp", 2.0), Of(Floats("p", [2, 3], 9, 0, 0, 0.1f, 0.2f, 0.7f), isInput: false, row: 1, rows: 2));

    [Fact]
    public void Of_Picture_HasOneOfItsNumbersOfTheRow()
    {
        var picture = Floats("image", [2, 1, 28, 28], [.. Enumerable.Repeat(1f, 784), .. Enumerable.Range(1000, 784).Select(i => (float)i)]);

        var seen = Enumerable.Range(0, 10_000).Select(turn => Assert.Single(Of(picture, isInput: true, row: 1, rows: 2, turn))).ToList();
        Assert.All(seen, value => Assert.Equal("inimage", value.Feature));
        Assert.Equal(784, seen.Select(value => value.Value).Distinct().Count());
    }

    [Fact]
    public void Of_StringsAndNothing_HasNone()
    {
        Assert.Empty(Of(new Tensor("s", TensorDatatype.Bytes, [1, 1], new byte[] { 1, 0, 0, 0, 65 }), isInput: true));
        Assert.Empty(Of(Floats("x", [1, 0]), isInput: true));
    }

    [Fact]
    public void LaneDrift_BeforeAndAfterItsEdges_CountsEveryValue()
    {
        var (drift, feature) = (new LaneDrift(), new DriftFeature(IsInput: true, IsLabel: false, "x"));
        for (var i = 0; i < LaneDrift.EarlyValues; i++)
        {
            drift.Add([(feature, i)]);
        }

        Assert.Empty(drift.Take());
        var edges = Assert.Single(drift.Propose()).Value;
        drift.Use(new Dictionary<DriftFeature, double[]> { [feature] = edges });
        drift.Add([(feature, 1e9)]);

        var counts = drift.Take();
        Assert.Equal(LaneDrift.EarlyValues + 1, counts.Values.Sum());
        Assert.Empty(drift.Take());
        Assert.Empty(drift.Propose());
    }

    [Fact]
    public void LaneDrift_FeaturesWithoutEnd_KeepsSome()
    {
        var drift = new LaneDrift();
        for (var i = 0; i < 1000 * LaneDrift.EarlyValues; i++)
        {
            drift.Add([(new DriftFeature(IsInput: true, IsLabel: false, $"x{i % 1000}"), i)]);
        }

        Assert.Equal(128, drift.Propose().Count);
    }

    [Theory]
    [InlineData(true, false, "x[3]")]
    [InlineData(false, true, "a:b")]
    public void Parse_WhatWasWritten_IsTheSame(bool isInput, bool isLabel, string name)
    {
        var feature = new DriftFeature(isInput, isLabel, name);
        Assert.Equal(feature, DriftFeature.Parse(feature.ToString()));
    }

    private static IEnumerable<(string Feature, double Value)> Of(Tensor tensor, bool isInput, int row = 0, int rows = 1, int turn = 0) =>
        DriftFeatures.Of(tensor, isInput, row, rows, turn).Select(value => (value.Feature.ToString(), value.Value));

    private static Tensor Floats(string name, long[] shape, params float[] values) => new(name, TensorDatatype.Fp32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
