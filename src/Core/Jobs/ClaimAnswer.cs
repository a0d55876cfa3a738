namespace QueueInference.Core.Jobs;

/// <summary>What <c>claim</c> says of one job.</summary>
public enum ClaimOutcome
{
    /// <summary>Run it, in a batch; the attempt is charged.</summary>
    Take,
    /// <summary>Run it alone, after <c>start</c>: an earlier worker died or fell silent with it.</summary>
    Suspect,
    /// <summary>Keep its message and claim again: it has run for long, and its worker still renews the lease.</summary>
    Later,
    /// <summary>Drop it: terminal, or another worker's.</summary>
    Skip,
    /// <summary>It has just expired.</summary>
    Expired,
    /// <summary>It has just failed: its attempts are spent.</summary>
    GaveUp,
    /// <summary>Redis has no record; claim again with its specification to rebuild one.</summary>
    Missing,
}

/// <summary>The answer of <c>claim</c> for one job.</summary>
/// <param name="Outcome">What to do.</param>
/// <param name="Attempt">Attempts charged so far, where the job is to be run.</param>
public readonly record struct ClaimAnswer(ClaimOutcome Outcome, int Attempt = 0)
{
    private const string Taken = "take ", Suspected = "suspect ";

    internal static ClaimAnswer Parse(string text) => text switch
    {
        _ when text.StartsWith(Taken, StringComparison.Ordinal) => new(ClaimOutcome.Take, Number(text.AsSpan(Taken.Length))),
        _ when text.StartsWith(Suspected, StringComparison.Ordinal) => new(ClaimOutcome.Suspect, Number(text.AsSpan(Suspected.Length))),
        "later" => new(ClaimOutcome.Later),
        "skip" => new(ClaimOutcome.Skip),
        "expired" => new(ClaimOutcome.Expired),
        "gave-up" => new(ClaimOutcome.GaveUp),
        "missing" => new(ClaimOutcome.Missing),
        _ => throw new InvalidOperationException("claim answered something unknown."),
    };

    private static int Number(ReadOnlySpan<char> text) => int.Parse(text, System.Globalization.NumberStyles.None, null);
}

/// <summary>Who claims, and from which broker message.</summary>
/// <param name="Token">Proves the lease; new for every claim.</param>
/// <param name="MessageId">The broker message, so that its redelivery is known from another copy.</param>
/// <param name="Worker">The worker's id.</param>
public sealed record Claimant(string Token, string MessageId, string Worker);

/// <summary>A claimed job and the token that proves it.</summary>
public readonly record struct Lease(JobId Id, string Token);

/// <summary>What <c>renew</c> says of one job.</summary>
public enum RenewOutcome
{
    /// <summary>Extended.</summary>
    Ok,
    /// <summary>Its owner canceled it.</summary>
    Canceled,
    /// <summary>Another worker has it, or it has ended.</summary>
    Lost,
}

/// <summary>What <c>finish</c> says of one job.</summary>
public enum FinishOutcome
{
    /// <summary>Written, now or by an earlier call whose answer was lost.</summary>
    Ok,
    /// <summary>Discarded: the lease was another's by then.</summary>
    Fenced,
    /// <summary>Redis has no record any more.</summary>
    Missing,
}
