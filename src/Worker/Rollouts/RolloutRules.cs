using System.Globalization;
using QueueInference.Core.Rollouts;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Rollouts;

/// <summary>What becomes of a candidate. Pure.</summary>
internal static class RolloutRules
{
    /// <summary>Jobs of callers before their failures say anything.</summary>
    private const int FewestLive = 20;

    /// <summary>The next step of a candidate that is being compared, and the sentence that says why; null while it stays as it is.</summary>
    public static (RolloutState State, string Reason)? Decide(RolloutSettings rules, RolloutState state, RolloutNumbers numbers, long now)
    {
        if (Fault(rules, numbers) is { } fault)
        {
            return (state.Reject(fault, now), fault);
        }

        var isOver = numbers.Jobs >= rules.ShadowJobs && (state.Stage == RolloutStage.Shadow || now - state.Since >= rules.CanarySeconds * 1000L);
        return isOver ? (Next(rules, state, now), Praise(numbers)) : null;
    }

    /// <summary>What the rules forbid. What cannot become good any more is not waited for.</summary>
    private static string? Fault(RolloutSettings rules, RolloutNumbers numbers)
    {
        var enough = numbers.Jobs >= rules.ShadowJobs;
        var mostErrors = rules.MaxErrorRate * rules.ShadowJobs;
        return (enough ? numbers.ErrorRate > rules.MaxErrorRate : numbers.Errors > mostErrors)
            ? Text($"It fails {numbers.Errors:0} of {numbers.Jobs:0} jobs that the version before it answers; at most {rules.MaxErrorRate:P1} may be.")
            : numbers.LiveCandidate >= FewestLive && numbers.LiveErrorRate > rules.MaxErrorRate
            ? Text($"It fails {numbers.LiveCandidateFailed:0} of {numbers.LiveCandidate:0} jobs of callers, the version before it {numbers.LiveBaseFailed:0} of {numbers.LiveBase:0}.")
            : enough && numbers.Agreement < rules.MinAgreement
            ? Text($"It agrees with the version before it in {numbers.Agreement:P1} of {numbers.Rows:0} rows; at least {rules.MinAgreement:P1} must be.")
            : enough && numbers.LatencyRatio > rules.MaxLatencyRatio
            ? Text($"It takes {numbers.LatencyRatio:0.00} times as long as the version before it; at most {rules.MaxLatencyRatio:0.00} may be.")
            : enough && numbers.Drift > rules.MaxDrift
            ? Text($"The distribution of its outputs is another than that of the version before it: a population stability index of {numbers.Drift:0.00}; at most {rules.MaxDrift:0.00} may be.")
            : null;
    }

    private static RolloutState Next(RolloutSettings rules, RolloutState state, long now) =>
        Array.Find(rules.CanaryPercents, percent => percent > state.Percent && percent < 100) is > 0 and var share
            ? state with { Stage = RolloutStage.Canary, Percent = share, Since = now }
            : new RolloutState(RolloutStage.Serving, state.Candidate!.Value, Since: now) { Rejections = state.Rejections };

    private static string Praise(RolloutNumbers numbers) => Text(
        $"{numbers.Jobs:0} jobs compared: {numbers.Agreement ?? 1:P1} of the rows agree, {numbers.Errors:0} errors, {numbers.LatencyRatio ?? 1:0.00} times the time.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
