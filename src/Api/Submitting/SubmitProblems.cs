using QueueInference.Api.Problems;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Submitting;

/// <summary>The refusals of a submission that is right in itself.</summary>
internal static class SubmitProblems
{
    public static readonly Problem BrokerUnavailable = new("broker-unavailable", "The queue does not take jobs at the moment. Nothing was accepted; try again.") { RetryAfter = 5 };

    public static readonly Problem StoreUnavailable = new("store-unavailable", "The job store does not answer. Try again; with an Idempotency-Key a repeat is the same job.") { RetryAfter = 5 };

    public static readonly Problem StoreFull = new("store-full", "The job store is full. Jobs that were accepted still finish; try again later.") { RetryAfter = 30 };

    /// <summary>As many jobs wait for the model as may.</summary>
    public static Problem QueueFull(RetryTime retry) =>
        new("queue-full", $"Too many jobs wait for this model. Submit again in {retry.Seconds} seconds{retry.Reason}.") { RetryAfter = retry.Seconds };

    /// <summary>As many jobs are unfinished as may be.</summary>
    public static Problem TooMany(RetryTime retry) =>
        new("too-many-jobs", $"Too many of your jobs are unfinished. Submit again in {retry.Seconds} seconds{retry.Reason}, or cancel some.") { RetryAfter = retry.Seconds };

    /// <summary>This process has as much on its way to the queue as it may.</summary>
    public static Problem Overloaded(RetryTime retry) =>
        new("overloaded", $"This server has as many submissions in hand as it may. Nothing was accepted; submit again in {retry.Seconds} seconds.") { RetryAfter = retry.Seconds };

    /// <summary>More than one job may bring.</summary>
    public static Problem TooLarge(int most) => new("payload-too-large", $"The inputs of one job may take {most} bytes.");

    /// <summary>The job exists and will reach a terminal state, but whether it will run is not known.</summary>
    public static Problem Unconfirmed(JobId id) =>
        new("enqueue-unconfirmed", "The queue did not confirm the job in time. It may still run; look at it under its id, or submit again.")
        {
            RetryAfter = 5,
            Extensions = new Dictionary<string, string> { ["job_id"] = id.Text },
        };
}
