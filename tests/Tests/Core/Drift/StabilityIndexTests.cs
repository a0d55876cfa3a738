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
    public void Between_OnlyTheCandidateHasChanged_IsItsDrift()
    {
        var before = Windows(first: [500, 500], now: [500, 500]);

        Assert.InRange(DriftWindows.Between(before, Windows(first: [], now: [900, 100]))!.Value, 0.5, 1);
        Assert.Equal(0, DriftWindows.Between(before, Windows(first: [], now: [500, 500])));
    }

    [Fact]
    public void Between_InputsHaveChangedForBoth_SaysNothingAgainstTheCandidate() =>
        Assert.Equal(0, DriftWindows.Between(Windows(first: [500, 500], now: [900, 100]), Windows(first: [], now: [900, 100])));

    [Fact]
    public void Between_TooLittleOrOtherBins_IsUnknown()
    {
        Assert.Null(DriftWindows.Between(Windows(first: [500, 500], now: [500, 500]), Windows(first: [], now: [50, 50])));
        Assert.Null(DriftWindows.Between(Windows(first: [500, 500], now: [500, 500]), Windows(first: [], now: [500, 500], edge: 2)));
    }

    private static Dictionary<DriftFeature, DriftWindows> Windows(long[] first, long[] now, double edge = 1) =>
        new() { [new(IsInput: false, IsLabel: false, "y")] = new([edge], Counts(first), Counts(now), Counts()) };

    private static Dictionary<int, long> Counts(params long[] counts) => counts.Index().Where(bin => bin.Item > 0).ToDictionary(bin => bin.Index, bin => bin.Item);
}
