namespace QueueInference.Worker.Models;

/// <summary>Whether something may be done to a model's jobs.</summary>
/// <param name="Safe">Null while it is not known.</param>
/// <param name="Note">What follows where it is not safe, as a sentence.</param>
internal sealed record SafetyVerdict(bool? Safe, string? Note)
{
    /// <summary>Nothing was found out yet.</summary>
    public static readonly SafetyVerdict Unknown = new(null, null);

    /// <summary>What follows from a comparison.</summary>
    /// <param name="difference">What differed; null where nothing did.</param>
    /// <param name="consequence">The beginning of the sentence.</param>
    public static SafetyVerdict Of(OutputDifference? difference, string consequence) =>
        difference is null ? new(true, null) : new(false, $"{consequence}{difference}.");
}
