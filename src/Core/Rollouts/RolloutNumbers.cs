using QueueInference.Core.Drift;

namespace QueueInference.Core.Rollouts;

/// <summary>What was measured of a candidate and the version before it, in one stage, by all workers.</summary>
public sealed record RolloutNumbers
{
    /// <summary>Jobs that both ran.</summary>
    public double Jobs { get; init; }

    /// <summary>Jobs that only the candidate failed.</summary>
    public double Errors { get; init; }

    /// <summary>Rows of those that both answered.</summary>
    public double Rows { get; init; }

    /// <summary>Rows of which both say the same.</summary>
    public double Agreed { get; init; }

    /// <summary>Sum over these jobs of the logarithm of the candidate's time over that of the version before.</summary>
    public double LogRatio { get; init; }

    /// <summary>Jobs of which there is one.</summary>
    public double Timed { get; init; }

    /// <summary>Jobs of callers that the version before ran.</summary>
    public double LiveBase { get; init; }

    /// <summary>Those of them that failed.</summary>
    public double LiveBaseFailed { get; init; }

    /// <summary>Jobs of callers that the candidate ran.</summary>
    public double LiveCandidate { get; init; }

    /// <summary>Those of them that failed.</summary>
    public double LiveCandidateFailed { get; init; }

    /// <summary>How far the outputs are apart.</summary>
    public IReadOnlyList<OutputGap> Outputs { get; init; } = [];

    /// <summary>How far the distribution of an output is from that of the version before on the day before: the largest population stability index; null while too little is known.</summary>
    public double? Drift { get; init; }

    /// <summary>What both said to the same inputs, by its distribution.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public DriftPairs Pairs { get; init; } = new(new Dictionary<(DriftFeature, int), long>(), new Dictionary<(DriftFeature, int), long>());

    /// <summary>Share of the rows of which both say the same; null before there are any.</summary>
    public double? Agreement => Rows > 0 ? Agreed / Rows : null;

    /// <summary>Time of the candidate over that of the version before, for the same inputs on the same thread, as a geometric mean; null before there is any.</summary>
    public double? LatencyRatio => Timed > 0 ? Math.Exp(LogRatio / Timed) : null;

    /// <summary>Share of the compared jobs that only the candidate failed.</summary>
    public double ErrorRate => Jobs > 0 ? Errors / Jobs : 0;

    /// <summary>By how much more of its callers' jobs the candidate fails.</summary>
    public double LiveErrorRate => Share(LiveCandidateFailed, LiveCandidate) - Share(LiveBaseFailed, LiveBase);

    private static double Share(double part, double all) => all > 0 ? part / all : 0;
}

/// <summary>How far an output of two versions is apart.</summary>
/// <param name="Name">The output.</param>
/// <param name="MaxDifference">The largest difference of two numbers.</param>
/// <param name="MeanDifference">The mean difference.</param>
public sealed record OutputGap(string Name, double MaxDifference, double MeanDifference);
