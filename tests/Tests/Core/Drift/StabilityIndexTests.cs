using QueueInference.Core.Drift;
using Xunit;

namespace QueueInference.Tests.Core.Drift;

public sealed class StabilityIndexTests
{
    [Fact]
    public void Of_SameShares_IsZero() => Assert.Equal(0, StabilityIndex.Of(Counts(1000, 2000, 3000), Counts(100, 200, 300)));

    /// <summary>(0.8 − 0.5) ln(0.8 ÷ 0.5) + (0.2 − 0.5) ln(0.2 ÷ 0.5), less the part of chance.</summary>
    [Fact]
    public void Of_OtherShares_IsTheKnownSum() => Assert.Equal(0.4159, StabilityIndex.Of(Counts(500_000, 500_000), Counts(800_000, 200_000))!.Value, 3);

    [Fact]
    public void Of_BinThatIsNew_IsFinite() => Assert.InRange(StabilityIndex.Of(Counts(1000, 0), Counts(0, 1000))!.Value, 5, 20);

    [Fact]
    public void Of_TooFewSamples_IsUnknown()
    {
        Assert.Null(StabilityIndex.Of(Counts(199), Counts(1000)));
        Assert.Null(StabilityIndex.Of(Counts(1000), Counts(199)));
    }

    /// <summary>Without the part of chance, two small samples of one distribution would seem to differ.</summary>
    [Fact]
    public void Of_TwoSmallSamplesOfOneDistribution_IsSmall()
    {
        var random = new Random(1);
        var indices = Enumerable.Range(0, 200).Select(_ => StabilityIndex.Of(Sample(random), Sample(random))!.Value).ToList();

        Assert.InRange(indices.Average(), 0, 0.04);
        Assert.InRange(indices.Max(), 0, 0.25);

        static Dictionary<int, long> Sample(Random random) => Enumerable.Range(0, 200).GroupBy(_ => random.Next(10)).ToDictionary(group => group.Key, group => group.LongCount());
    }

    [Fact]
    public void Edges_OfASample_CutItEvenly()
    {
        var sample = Enumerable.Range(0, 1000).Select(i => (double)i).ToArray();
        var edges = DriftBins.Edges(sample);

        Assert.Equal(9, edges.Length);
        Assert.All(sample.GroupBy(value => DriftBins.Of(value, edges)), bin => Assert.InRange(bin.Count(), 90, 110));
        Assert.Equal(edges.Length + 1, DriftBins.Of(double.NaN, edges));
    }

    [Fact]
    public void Edges_OfFewDifferentNumbers_AreEachOnce()
    {
        var edges = DriftBins.Edges([.. Enumerable.Repeat(0.0, 900), .. Enumerable.Repeat(1.0, 100), double.NaN]);

        Assert.Equal([0], edges);
        Assert.Equal((0, 1), (DriftBins.Of(0, edges), DriftBins.Of(1, edges)));
    }

    [Fact]
    public void Index_OnlyTheCandidateHasChanged_IsItsDrift()
    {
        Assert.InRange(Index(yesterday: [500, 500], before: [500, 500], candidate: [900, 100])!.Value, 0.5, 1);
        Assert.Equal(0, Index(yesterday: [500, 500], before: [500, 500], candidate: [500, 500]));
    }

    [Fact]
    public void Index_InputsHaveChangedForBoth_SaysNothingAgainstTheCandidate() => Assert.Equal(0, Index(yesterday: [500, 500], before: [900, 100], candidate: [900, 100]));

    [Fact]
    public void Index_NothingOfTheDayBefore_ComparesBoth() => Assert.InRange(Index(yesterday: [], before: [500, 500], candidate: [900, 100])!.Value, 0.5, 1);

    [Fact]
    public void Index_TooLittle_IsUnknown() => Assert.Null(Index(yesterday: [500, 500], before: [49, 50], candidate: [49, 50]));

    [Fact]
    public void ParseBin_WhatWasWritten_IsTheSame()
    {
        var feature = new DriftFeature(IsInput: false, IsLabel: true, "a:b");
        Assert.Equal((feature, 7), DriftFeature.ParseBin(feature.Bin(7)));
        Assert.All(["", ":", "x:ony", "3:", "3:zzz", "since"], text => Assert.Null(DriftFeature.ParseBin(text)));
    }

    private static double? Index(long[] yesterday, long[] before, long[] candidate)
    {
        var feature = new DriftFeature(IsInput: false, IsLabel: false, "y");
        Dictionary<(DriftFeature, int), long> Of(long[] counts) => Counts(counts).ToDictionary(bin => (feature, bin.Key), bin => bin.Value);
        return new DriftPairs(Of(before), Of(candidate)).Index(new Dictionary<DriftFeature, DriftWindows> { [feature] = new([1], Counts(), Counts(), Counts(yesterday)) });
    }

    private static Dictionary<int, long> Counts(params long[] counts) => counts.Index().Where(bin => bin.Item > 0).ToDictionary(bin => bin.Index, bin => bin.Item);
}
